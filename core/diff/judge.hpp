#pragma once
#include <string>

#include "core/diff/explain.hpp"
#include "core/diff/fields.hpp"
#include "core/diff/guard.hpp"
#include "core/diff/patients.hpp"
#include "core/diff/project.hpp"

namespace gpswitch::diff {

/// Decides about one pair of entities, or one entity alone. Knows nothing of patients.
class Judge {
  public:
    explicit Judge(const Options& options)
        : projection_(options),
          ignored_(options.ignore),
          values_(options.show_values),
          source_rows_(options.source_rows) {}

    static constexpr const char* kAnother = "*: what an entry of another kind is read as";

    enum class Verdict : std::uint8_t { equal, explained, unexplained };
    /// Both entities are changed by it: what is not compared is cleared, labels are BEFORE's as AFTER has
    /// them.
    Verdict pair(record::EntityKind kind, record::Entity& before, record::Entity& after, Difference& out,
                 const Surroundings& around = {}) const {
        clean(kind, before);
        clean(kind, after);
        if (same(kind, before, after)) return Verdict::equal;
        out = {};
        out.entity = kind;
        out.before = before.id;
        out.after = after.id;
        if (stricter(before, after)) out.rules.push_back("*.meta.security: labels are inherited");
        if (std::string rule = projection_.relabel(before, after); !rule.empty())
            out.rules.push_back(std::move(rule));
        if (projection_.siblings())
            if (std::string rule = projection_.relabel(after, before); !rule.empty())
                out.rules.push_back(std::move(rule));
        Explain explain(projection_, around, kind, before, after);
        compare_fields(kind, before, after, values_, out.fields, &explain);
        for (std::string& rule : explain.fired) out.rules.push_back(std::move(rule));
        if (out.fields.empty() && out.rules.empty() && explain.linked) return Verdict::equal;
        out.explained = out.fields.empty() && !out.rules.empty();
        if (out.explained) return Verdict::explained;
        if (out.fields.empty()) out.fields.push_back({FieldDifference::Kind::changed, "(form)", {}, {}});
        for (const FieldDifference& f : out.fields)
            if (f.kind != FieldDifference::Kind::only_after && out.never.empty())
                out.never = guarded(kind, before, without_indexes(f.path));
        return Verdict::unexplained;
    }

    /// `whole` is the record that it stands in; it may be nullptr.
    Difference only_before(record::EntityKind kind, const record::Entity& before,
                           const record::Record* whole = nullptr,
                           const Predictions* foreseen = nullptr) const {
        Difference d;
        d.kind = Kind::only_before;
        d.entity = kind;
        d.before = before.id;
        std::string rule = projection_.missing(kind, before);
        if (const Prediction* p = foreseen == nullptr ? nullptr : foreseen->of(kind, before);
            p != nullptr && (p->held || guarded(kind, before).empty()))
            rule = p->missing;
        if (rule.empty() && projection_.siblings()) rule = projection_.made(kind, before, whole);
        d.explained = !rule.empty();
        if (d.explained)
            d.rules.push_back(rule);
        else
            d.never = guarded(kind, before);
        return d;
    }

    Difference only_after(record::EntityKind kind, const record::Entity& after,
                          const record::Record* whole = nullptr, const Predictions* of_before = nullptr,
                          const Predictions* of_after = nullptr) const {
        Difference d;
        d.kind = Kind::only_after;
        d.entity = kind;
        d.after = after.id;
        std::string rule = projection_.made(kind, after, whole);
        if (rule.empty() && projection_.siblings()) rule = projection_.missing(kind, after);
        if (rule.empty() && of_before != nullptr && of_before->another(after)) rule = kAnother;
        if (const Prediction* p = of_after == nullptr || !rule.empty() ? nullptr : of_after->of(kind, after))
            rule = p->missing;
        if (!rule.empty()) {
            d.explained = true;
            d.rules.push_back(std::move(rule));
        }
        return d;
    }

    const Projection& projection() const { return projection_; }

  private:
    // A label may be added on the way (what is derived inherits it), never lost: AFTER has all of BEFORE's
    // and more. BEFORE is then given them, and what notes where they came from is not compared.
    static bool stricter(record::Entity& before, record::Entity& after) {
        const auto has = [](const List<record::Coding>& all, const record::Coding& label) {
            for (const record::Coding& c : all)
                if (c.system == label.system && c.code == label.code) return true;
            return false;
        };
        const auto& now = after.meta.security;
        bool more = false;
        for (const record::Coding& c : now) more = more || !has(before.meta.security, c);
        for (const record::Coding& c : before.meta.security)
            if (!has(now, c)) return false;
        if (!more) return false;
        before.meta.security = now;
        for (record::Entity* e : {&before, &after}) {
            std::uint32_t kept = 0;
            for (const record::Text note : e->inferred)
                if (!note.starts_with("meta.security:")) e->inferred[kept++] = note;
            e->inferred.size = kept;
        }
        return true;
    }

    void clean(record::EntityKind kind, record::Entity& e) const {
        e.meta.profile.size = 0;
        if (!source_rows_) e.source.size = 0;
        ignored_.clear(kind, e);
    }

    Projection projection_;
    Ignored ignored_;
    bool values_, source_rows_;
};

}  // namespace gpswitch::diff
