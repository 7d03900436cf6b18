// Routes for one reader, with what its codes decide kept by code.
#include "core/mapping/compiled.hpp"

namespace gpswitch::mapping {

using detail::RouteProgram;

struct Router::Impl {
    const detail::TableRoutes& table;
    std::vector<std::unique_ptr<const RouteProgram::Rest>> rests;  ///< by number of the code

    const RouteProgram::Rest& rest(const RowFacts& facts, std::uint32_t code) {
        if (code >= rests.size()) rests.resize(std::max<std::size_t>(code + 1, rests.size() * 2));
        auto& known = rests[code];
        if (known == nullptr) known = std::make_unique<RouteProgram::Rest>(table.program.rest(facts));
        return *known;
    }
};

Router::Router(const MappingSet& set, Text table) {
    const auto it = set.impl_->routes.find(table);
    if (it != set.impl_->routes.end()) impl_.reset(new Impl{it->second, {}});
}
Router::~Router() = default;

const Route* Router::first(const RowFacts& facts) {
    if (impl_ == nullptr) return nullptr;
    const detail::TableRoutes& t = impl_->table;
    const int column = t.program.code_column();
    const std::uint32_t code = column < 0 ? 0 : facts.code(column);
    return t.route(code == 0 ? t.program.first(facts) : t.program.first(facts, impl_->rest(facts, code)));
}

}  // namespace gpswitch::mapping
