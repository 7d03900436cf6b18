#include "core/profile/links.hpp"

#include <fmt/format.h>

#include <cstring>
#include <tuple>

#include "core/profile/rules.hpp"
#include "core/profile/wording.hpp"
#include "core/util/text.hpp"

namespace gpswitch::profile {

bool Links::ByKey::operator()(const Link& a, const Link& b) const {
    const auto all = [](const Link& l) {
        return std::tuple(l.key, l.kind != Link::Kind::resource, std::uint32_t{l.member},
                          std::uint64_t{l.document}, l.at);
    };
    return all(a) < all(b);
}

bool Links::ByPlace::operator()(const Link& a, const Link& b) const {
    const auto all = [](const Link& l) {
        return std::tuple(std::uint32_t{l.member}, std::uint64_t{l.document}, l.at, l.kind);
    };
    return all(a) < all(b);
}

Links::Links(const Table& table, Scope scope, std::string spool_folder)
    : table_(table),
      scope_(scope),
      spool_(spool_folder.empty() ? "/tmp" : std::move(spool_folder)),
      met_(spool_),
      faults_(spool_) {}

std::uint32_t Links::member(std::string name, std::string_view bytes, bool lines) {
    members_.push_back({std::move(name), bytes, lines});
    return static_cast<std::uint32_t>(members_.size() - 1);
}

void Links::add(std::uint32_t member, const std::vector<Link>& met) {
    for (Link l : met) {
        l.member = member & 0xFFFFFF;
        if (l.kind == Link::Kind::resource) {
            if (types_.size() <= l.type) types_.resize(l.type + 1u);
            types_[l.type] = true;
        }
        met_.add(l);
    }
}

namespace {

/// The way to the value that begins at `offset`, and the resource it is in.
struct Way {
    std::string path, resource;
};

Way way_to(const Document& doc, const Table& table, std::uint32_t offset) {
    const Table::Known& known = table.known();
    Way way;
    std::uint32_t resource = 0;
    const auto enter = [&](std::uint32_t n) {
        if (const std::uint32_t type = doc.member(n, known.resource_type)) {
            if (way.path.empty()) way.path = table.info(table.type(doc.text(doc[type]))).name;
            resource = n;
        }
    };
    enter(0);
    std::uint32_t at = 0;
    for (bool further = true; further;) {
        further = false;
        const Node& o = doc[at];
        if (o.kind < Node::Kind::array) break;
        std::uint32_t index = 0;
        for (std::uint32_t i = at + 1; i < o.next; i = doc[i].next, ++index) {
            if (offset < doc[i].begin) break;
            if (doc[i].next < o.next && doc[doc[i].next].begin <= offset) continue;
            way.path += o.kind == Node::Kind::array ? fmt::format("[{}]", index) : "." + doc.key(doc[i]);
            if (doc[i].kind == Node::Kind::object) enter(i);
            at = i;
            further = true;
            break;
        }
    }
    const std::uint32_t type = doc.member(resource, known.resource_type), id = doc.member(resource, known.id);
    if (type != 0) way.resource = table.info(table.type(doc.text(doc[type]))).name;
    if (id != 0 && doc[id].kind == Node::Kind::string && may_be_shown(doc.text(doc[id])))
        way.resource += "/" + std::string(doc.text(doc[id]));
    return way;
}

std::string_view code_of(Link::Kind k) {
    return k == Link::Kind::doubled   ? "FHIR-LINK-004"
           : k == Link::Kind::nowhere ? "FHIR-LINK-003"
                                      : "FHIR-LINK-005";
}

std::string message_of(const Link& l, const Table& table) {
    const std::string_view type = table.info(static_cast<TypeId>(l.type)).name;
    if (l.kind == Link::Kind::doubled) return fmt::format("another {} has this id", type);
    if (l.kind == Link::Kind::nowhere) return fmt::format("there is no {} with this id", type);
    return fmt::format("this {} is of another patient", type);
}

}  // namespace

void Links::judge(const std::vector<Link>& resources, const Link& reference, NotChecked& not_checked) {
    Link fault = reference;
    if (resources.empty()) {
        const bool of_known_type = reference.type < types_.size() && types_[reference.type];
        if (scope_ == Scope::open || (scope_ == Scope::listed && !of_known_type)) {
            ++not_checked[fmt::format("references to {} that is in none of the files",
                                      table_.info(static_cast<TypeId>(reference.type)).name)];
            return;
        }
        if (scope_ == Scope::whole && reference.kind == Link::Kind::about) return;
        fault.kind = Link::Kind::nowhere;
        return faults_.add(fault);
    }
    const Link& to = resources.front();
    if (resources.size() > 1 || reference.kind == Link::Kind::apart || reference.patient == 0 ||
        to.patient == 0 || reference.patient == to.patient)
        return;
    fault.kind = Link::Kind::crossing;
    faults_.add(fault);
}

/// Of a file that is read again for its faults, this much stays at hand.
constexpr std::uint64_t kLeave = std::uint64_t{1} << 20;

void Links::finish(IssueSink& sink, NotChecked& not_checked) {
    std::vector<Link> resources;
    std::uint64_t key = 0;
    met_.drain([&](const Link& l) {
        if (l.key != key) resources.clear();
        key = l.key;
        if (l.kind != Link::Kind::resource) return judge(resources, l, not_checked);
        if (!resources.empty() && scope_ != Scope::whole) {
            Link again = l;
            again.kind = Link::Kind::doubled;
            faults_.add(again);
        }
        if (resources.size() < 2) resources.push_back(l);  // that there is more than one is enough
    });

    Document document(table_.atoms());
    std::uint64_t line = 1, line_start = 0, read = 0, left = 0;
    std::uint32_t member = ~0u;
    std::uint64_t parsed = ~0ull;
    faults_.drain([&](const Link& l) {
        const Member& m = members_[l.member];
        if (l.member != member) {
            member = l.member;
            line = 1;
            line_start = read = left = 0;
            parsed = ~0ull;
        }
        const std::uint64_t end =
            m.lines ? std::min(m.bytes.find('\n', l.document), m.bytes.size()) : m.bytes.size();
        if (l.document != parsed) {
            json::Error error;
            parsed = l.document;
            document.parse(m.bytes.substr(parsed, end - parsed), m.bytes.size() - parsed, error);
        }
        const std::uint64_t place = l.document + l.at;
        while (read < place) {
            if (read > left + kLeave) {
                io::let_go(m.bytes.substr(left, read - left));
                left = read;
            }
            const void* p = std::memchr(m.bytes.data() + read, '\n', place - read);
            if (p == nullptr) break;
            read = static_cast<std::uint64_t>(static_cast<const char*>(p) - m.bytes.data()) + 1;
            line_start = read;
            ++line;
        }
        read = std::max(read, place);
        const Way way = way_to(document, table_, l.at);
        Issue issue;
        issue.severity =
            l.kind == Link::Kind::doubled && scope_ == Scope::open ? Severity::warning : Severity::error;
        issue.code = code_of(l.kind);
        issue.member = m.name;
        issue.line = line;
        issue.column = place - line_start + 1;
        issue.resource = way.resource;
        issue.path = way.path;
        issue.message = message_of(l, table_);
        issue.source = find_rule(issue.code)->source;
        sink.add(issue);
    });
}

}  // namespace gpswitch::profile
