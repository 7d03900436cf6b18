#include "core/system/all.hpp"

#include <fmt/format.h>

#include "core/system/emis/emis.hpp"
#include "core/system/fhir/fhir.hpp"
#include "core/system/gpconnect/gpconnect.hpp"
#include "core/system/sqlite/sqlite.hpp"
#include "core/system/synthetic/synthetic.hpp"
#include "core/system/tpp/tpp.hpp"
#include "core/system/vision/vision.hpp"
#include "core/util/error.hpp"

namespace gpswitch::systems {

const std::vector<const record::System*>& all() {
    static const std::vector<const record::System*> list = {
        &emis::system(), &tpp::system(),    &vision::system(),    &gpconnect::system(),
        &fhir::system(), &sqlite::system(), &synthetic::system(),
    };
    return list;
}

bool place_is_file(const record::System& system) { return &system != &synthetic::system(); }

bool goes_on(const record::System& system) { return &system == &sqlite::system(); }

const record::System* find(std::string_view name) {
    for (const record::System* s : all())
        if (s->name() == name) return s;
    return nullptr;
}

Address parse(const std::string& text) {
    const std::size_t colon = text.find(':');
    if (colon == std::string::npos) return {nullptr, text};
    const record::System* system = find(text.substr(0, colon));
    return system == nullptr ? Address{nullptr, text} : Address{system, text.substr(colon + 1)};
}

const record::System& recognise(const archive::Place& files) {
    const record::System* best = nullptr;
    record::Recognition sure;
    bool tie = false;
    std::string why;
    for (const record::System* s : all()) {
        if (!s->reads() || !place_is_file(*s)) continue;
        const record::Recognition r = s->recognise(files);
        why += fmt::format("\n  {}: {}", s->name(), r.reason);
        if (r.certainty == 0) continue;
        if (best != nullptr && r.certainty == sure.certainty) tie = true;
        if (best == nullptr || r.certainty > sure.certainty) {
            best = s;
            sure = r;
            tie = false;
        }
    }
    if (best == nullptr)
        throw InputError("no system recognises this input:" + why,
                         "check the place, or name the system before it, as in SYSTEM:PLACE");
    if (tie)
        throw InputError("two systems are equally sure of this input:" + why,
                         "name the system before the place, as in SYSTEM:PLACE");
    return *best;
}

}  // namespace gpswitch::systems
