#include "core/system/emis/write/sheet.hpp"

#include "core/util/hash.hpp"
#include "core/util/text.hpp"

namespace gpswitch::emis::write {
namespace {

using Format = mapping::Cell::Format;

void append_quoted(std::string& out, Text cell) {
    for (std::size_t at = cell.find('"'); at != Text::npos; at = cell.find('"')) {
        out.append(cell.substr(0, at + 1));
        out += '"';
        cell.remove_prefix(at + 1);
    }
    out.append(cell);
}

// A plain decimal gets the layout's places; one that has more keeps them.
void append_decimal(std::string& out, Text cell, std::size_t places) {
    out.append(cell);
    if (!is_decimal(cell) || cell.find_first_of("eE") != Text::npos) return;
    const std::size_t dot = cell.find('.');
    const std::size_t have = dot == Text::npos ? 0 : cell.size() - dot - 1;
    if (have >= places) return;
    if (dot == Text::npos) out += '.';
    out.append(places - have, '0');
}

Cover empty_cover(const record::Type& type) {
    Cover c;
    c.how.assign(type.fields.size(), Cover::How::nothing);
    c.inner.resize(type.fields.size());
    c.by.resize(type.fields.size());
    return c;
}

// "dosageInstruction.text": a step into the list, and a whole field there.
void add_to(Cover& c, const record::Type& type, Text path, const mapping::ColumnRule& rule) {
    const std::size_t dot = path.find('.');
    const record::Field* f = type.find(path.substr(0, dot));
    if (f == nullptr) return;
    const auto i = static_cast<std::size_t>(f - type.fields.data());
    c.by[i].push_back(&rule);
    if (dot == Text::npos || f->type == nullptr) {
        c.how[i] = Cover::How::whole;
        return;
    }
    if (c.how[i] == Cover::How::nothing) c.how[i] = Cover::How::inside;
    if (!c.inner[i]) c.inner[i] = std::make_unique<Cover>(empty_cover(*f->type));
    add_to(*c.inner[i], *f->type, path.substr(dot + 1), rule);
}

}  // namespace

Layout::Layout(std::shared_ptr<mapping::MappingSet> set) : set_(std::move(set)) {
    // Tables before the set is bound: the numbers are theirs.
    write_ = WriteSet::load(*set_);
    for (std::size_t i = 0; i < kTabs; ++i) {
        const Tab tab = static_cast<Tab>(i);
        const int index = write_->table_index(shape(tab).name);
        if (index < 0) throw std::logic_error("cells.csv lacks the table " + std::string(shape(tab).name));
        index_[i] = static_cast<std::size_t>(index);
    }
    tabs_.resize(write_->tables().size());
    for (std::size_t i = 0; i < kTabs; ++i) tabs_[index_[i]] = static_cast<Tab>(i);
    set_->bind(
        [this](Text table_name, Text name) {
            const auto tab = tab_named(table_name);
            if (!tab) return -1;
            // Side files are read only.
            if (static_cast<std::size_t>(*tab) >= kTabs) return kThrough - 1;
            const std::size_t dot = name.find('.');
            const int at = column(*tab, name.substr(0, dot));
            if (at < 0) return kThrough - 1;
            if (dot == Text::npos) return at;
            const int through = column(Tab::Coding_ClinicalCode, name.substr(dot + 1));
            return through < 0 ? kThrough - 1 : kThrough + at * 100 + through;
        },
        std::string(kVersion));
    for (std::size_t i = 0; i < kTabs; ++i) {
        const Tab tab = static_cast<Tab>(i);
        Columns& c = columns_[i];
        c.patient = shape(tab).patient.empty() ? -1 : column(tab, shape(tab).patient);
        c.organisation = column(tab, "OrganisationGuid");
        c.key = shape(tab).key.empty() ? -1 : column(tab, shape(tab).key);
        c.confidential = column(tab, "IsConfidential");
        c.code = column(tab, "CodeId");
        c.processing = column(tab, "ProcessingId");
    }
    for (std::size_t k = 0; k < record::kEntityKinds; ++k)
        for (const mapping::WriteRoute& route : write_->routes(static_cast<EntityKind>(k))) {
            const record::Type& type = record::type_of(static_cast<EntityKind>(k));
            Cover& all = covers_.emplace(&route, empty_cover(type)).first->second;
            for (const mapping::WrittenRow& row : route.rows) {
                rules_[&row] = &set_->rules(write_->tables()[row.table].name, row.variant);
                for (const mapping::ColumnRule& rule : *rules_[&row])
                    if (!rule.path.empty()) add_to(all, type, rule.path, rule);
            }
        }
}

bool guid_form(Text s) {
    if (s.size() != 36) return false;
    for (std::size_t i = 0; i < 36; ++i) {
        const bool dash = i == 8 || i == 13 || i == 18 || i == 23;
        const char c = s[i];
        const bool digit = (c >= '0' && c <= '9') || (c >= 'A' && c <= 'F') || (c >= 'a' && c <= 'f');
        if (dash ? c != '-' : !digit) return false;
    }
    return true;
}

std::string guid_of(EntityKind kind, Text id) {
    if (guid_form(id)) return upper(id);
    const UuidText u = uuid_v5({"emis", "written", record::name_of(kind), id});
    return upper(Text(u.data(), u.size()));
}

std::string guid_of(Text reference) {
    const std::size_t slash = reference.find('/');
    const auto kind = record::kind_of(reference.substr(0, slash));
    return guid_of(kind.value_or(EntityKind::Organization), reference.substr(slash + 1));
}

std::string header(const mapping::WrittenTable& table) {
    std::string out;
    for (const mapping::Cell& c : table.cells) out += (out.empty() ? "\"" : ",\"") + c.column + "\"";
    return out + "\r\n";
}

void append_row(std::string& out, const mapping::WrittenTable& table, std::span<const Text> cells, Tab tab,
                std::vector<Patch>* patches) {
    for (std::size_t i = 0; i < table.cells.size(); ++i) {
        const mapping::Cell& c = table.cells[i];
        const Text cell = cells[i];
        out += i == 0 ? "\"" : ",\"";
        if (cell.empty()) {
            out += c.standing;
        } else if (cell[0] == kLater) {
            out += '{';
            if (patches != nullptr) patches->push_back({tab, out.size()});
            out += guid_of(cell.substr(1));
            out += '}';
        } else if (c.format == Format::guid && guid_form(cell)) {
            out += '{';
            for (const char ch : cell) out += ch >= 'a' && ch <= 'f' ? static_cast<char>(ch - 32) : ch;
            out += '}';
        } else if (c.format == Format::decimal) {
            append_decimal(out, cell, c.places);
        } else {
            append_quoted(out, cell);
        }
        out += '"';
    }
    out += "\r\n";
}

}  // namespace gpswitch::emis::write
