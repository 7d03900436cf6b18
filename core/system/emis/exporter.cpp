#include "core/system/emis/exporter.hpp"

#include "core/system/emis/extract.hpp"
#include "core/util/error.hpp"

namespace gpswitch::emis {
namespace {

/// One bulk extract: every table's file as it is, with its own name.
class BulkExporter : public record::Exporter {
  public:
    explicit BulkExporter(const record::SourceOptions& options)
        : extract_(options.files, *options.mapping), census_(extract_.census) {
        for (auto& input : census_.inputs) input.name = base_name(input.name);
    }
    const record::Census& census() const override { return census_; }
    const std::vector<Issue>& issues() const override { return extract_.issues; }

    void write(record::ExportWriter& out) override {
        for (std::size_t i = 0; i < kTabs; ++i) {
            const TableFile& t = extract_.table(static_cast<Tab>(i));
            out.member(base_name(t.origin), i);
            // In pieces, so that progress is seen and an interrupt heard; the rows count with the last.
            constexpr std::size_t kPiece = std::size_t{16} << 20;
            for (std::size_t at = 0; at < t.bytes.size(); at += kPiece)
                out.write(t.bytes.substr(at, kPiece), 0);
            out.write({}, t.rows.size());
        }
    }

  private:
    static std::string base_name(const std::string& path) {
        const std::size_t at = path.find_last_of("/!");
        return at == std::string::npos ? path : path.substr(at + 1);
    }
    Extract extract_;
    record::Census census_;
};

}  // namespace

std::unique_ptr<record::Exporter> open_exporter(const record::SourceOptions& options) {
    if (options.mapping == nullptr) throw MappingError("an EMIS extract needs a mapping set");
    if (!options.practice.empty())
        throw UsageError("an export of one practice is not available for emis yet");
    if (!options.as_of.empty()) throw UsageError("an export as of a date is not available for emis yet");
    return std::make_unique<BulkExporter>(options);
}

}  // namespace gpswitch::emis
