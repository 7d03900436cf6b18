#include "core/profile/document.hpp"

#include <simdjson.h>

#include <cstring>

namespace gpswitch::profile {

using namespace simdjson;

Atoms::Atoms() {
    names_.emplace_back();
    slots_.assign(16384, 0);
    mask_ = slots_.size() - 1;
}

std::size_t Atoms::hash(std::string_view s) {
    // First and last eight bytes and the length: names differ there.
    std::uint64_t a = 0, b = 0;
    const std::size_t n = s.size();
    if (n >= 8) {
        std::memcpy(&a, s.data(), 8);
        std::memcpy(&b, s.data() + n - 8, 8);
    } else if (n >= 4) {
        std::uint32_t x, y;
        std::memcpy(&x, s.data(), 4);
        std::memcpy(&y, s.data() + n - 4, 4);
        a = x;
        b = y;
    } else if (n > 0) {
        a = static_cast<unsigned char>(s[0]);
        b = static_cast<std::uint64_t>(static_cast<unsigned char>(s[n / 2])) << 8 |
            static_cast<unsigned char>(s[n - 1]);
    }
    a = (a ^ (b * 0x9E3779B97F4A7C15ull) ^ n) * 0xD6E8FEB86659FD93ull;
    return static_cast<std::size_t>(a >> 32);
}

void Atoms::grow() {
    slots_.assign(slots_.size() * 2, 0);
    mask_ = slots_.size() - 1;
    for (std::size_t a = 1; a < names_.size(); ++a) {
        std::size_t i = hash(names_[a]) & mask_;
        while (slots_[i] != 0) i = (i + 1) & mask_;
        slots_[i] = static_cast<Atom>(a);
    }
}

Atom Atoms::add(std::string_view name) {
    if (const Atom a = find(name); a != 0) return a;
    if (names_.size() * 2 > slots_.size()) grow();
    names_.push_back(kept_.emplace_back(name));
    const auto a = static_cast<Atom>(names_.size() - 1);
    std::size_t i = hash(name) & mask_;
    while (slots_[i] != 0) i = (i + 1) & mask_;
    slots_[i] = a;
    return a;
}

struct Document::Impl {
    static constexpr int kMaxDepth = 64;
    ondemand::parser parser;
    std::string copy;
    const char* base = nullptr;
    Document* doc = nullptr;
    json::Error* error = nullptr;

    bool fail(std::string message, std::uint64_t offset) {
        if (!*error) *error = {std::move(message), offset};
        return false;
    }
    bool fail(error_code code, std::uint64_t offset) { return fail(error_message(code), offset); }
    std::uint32_t at(const char* p) const { return static_cast<std::uint32_t>(p - base); }

    static std::string_view trimmed(std::string_view token) {
        while (!token.empty() && static_cast<unsigned char>(token.back()) <= ' ') token.remove_suffix(1);
        return token;
    }

    bool string(ondemand::value& in, std::string_view token, Node& n) {
        token = trimmed(token);
        if (token.size() < 2 || token.back() != '"') return fail("a string that does not end", n.begin);
        n.kind = Node::Kind::string;
        n.begin += 1;
        const std::string_view raw = token.substr(1, token.size() - 2);
        if (raw.size() >= 16 ? std::memchr(raw.data(), '\\', raw.size()) != nullptr
                             : raw.find('\\') != std::string_view::npos) {
            std::string_view text;
            if (const auto e = in.get_string().get(text)) return fail(e, n.begin);
            n.flags |= Node::kEscaped;
            n.end = static_cast<std::uint32_t>(doc->unescaped_.size());
            doc->unescaped_.emplace_back(text);
            return true;
        }
        ondemand::raw_json_string unused;
        if (const auto e = in.get_raw_json_string().get(unused)) return fail(e, n.begin);
        n.end = n.begin + static_cast<std::uint32_t>(raw.size());
        return true;
    }

    static bool good_number(std::string_view s) {
        std::size_t i = 0;
        const auto digits = [&] {
            const std::size_t from = i;
            while (i < s.size() && s[i] >= '0' && s[i] <= '9') ++i;
            return i > from;
        };
        if (i < s.size() && s[i] == '-') ++i;
        if (i < s.size() && s[i] == '0') {
            ++i;
        } else if (!digits()) {
            return false;
        }
        if (i < s.size() && s[i] == '.') {
            ++i;
            if (!digits()) return false;
        }
        if (i < s.size() && (s[i] == 'e' || s[i] == 'E')) {
            ++i;
            if (i < s.size() && (s[i] == '+' || s[i] == '-')) ++i;
            if (!digits()) return false;
        }
        return i == s.size();
    }

    bool scalar(ondemand::value& in, ondemand::json_type type, std::string_view token, Node& n) {
        token = trimmed(token);
        n.end = n.begin + static_cast<std::uint32_t>(token.size());
        if (type == ondemand::json_type::number) {
            n.kind = Node::Kind::number;
            return good_number(token) || fail("not a number as JSON has them", n.begin);
        }
        if (type == ondemand::json_type::boolean) {
            n.kind = Node::Kind::boolean;
            bool b = false;
            if (const auto e = in.get_bool().get(b)) return fail(e, n.begin);
            return true;
        }
        n.kind = Node::Kind::null;
        bool null = false;
        if (const auto e = in.is_null().get(null); e || !null) return fail("not a JSON value", n.begin);
        return true;
    }

    Atom key(ondemand::field& field, std::uint32_t& key_at, bool& good) {
        const char* k = field.key().raw();
        key_at = at(k);
        const char* e = k;
        while (*e != '"' && *e != '\\') ++e;
        if (*e == '"') return doc->atoms_.find({k, static_cast<std::size_t>(e - k)});
        std::string_view name;
        if (const auto c = field.unescaped_key().get(name)) {
            good = fail(c, key_at);
            return 0;
        }
        return doc->atoms_.find(name);
    }

    bool members(ondemand::object object, std::uint32_t index, int depth) {
        for (auto item : object) {
            ondemand::field field;
            if (const auto e = std::move(item).get(field)) return fail(e, doc->nodes[index].begin);
            std::uint32_t key_at = 0;
            bool good = true;
            const Atom a = key(field, key_at, good);
            if (!good) return false;
            ++doc->nodes[index].count;
            if (!value(field.value(), a, key_at, depth + 1)) return false;
        }
        return true;
    }

    bool items(ondemand::array array, std::uint32_t index, int depth) {
        for (auto item : array) {
            ondemand::value child;
            if (const auto e = item.get(child)) return fail(e, doc->nodes[index].begin);
            ++doc->nodes[index].count;
            if (!value(child, 0, 0, depth + 1)) return false;
        }
        return true;
    }

    bool value(ondemand::value in, Atom key_atom, std::uint32_t key_at, int depth) {
        const std::string_view token = in.raw_json_token();
        const auto index = static_cast<std::uint32_t>(doc->nodes.size());
        Node& n = doc->nodes.emplace_back();
        n.begin = at(token.data());
        n.key = key_atom;
        n.key_at = key_at;
        n.next = index + 1;
        if (depth > kMaxDepth) return fail("nested too deeply", n.begin);
        switch (token[0]) {
            case '"': return string(in, token, n);
            case '{': {
                n.kind = Node::Kind::object;
                ondemand::object o;
                if (const auto e = in.get_object().get(o)) return fail(e, n.begin);
                if (!members(o, index, depth)) return false;
                break;
            }
            case '[': {
                n.kind = Node::Kind::array;
                ondemand::array a;
                if (const auto e = in.get_array().get(a)) return fail(e, n.begin);
                if (!items(a, index, depth)) return false;
                break;
            }
            default: {
                ondemand::json_type type{};
                if (const auto e = in.type().get(type)) return fail(e, n.begin);
                return scalar(in, type, token, n);
            }
        }
        doc->nodes[index].next = static_cast<std::uint32_t>(doc->nodes.size());
        return true;
    }

    /// simdjson looks at the whole text at once and does not say where; what it objects to is looked for
    /// again.
    static std::size_t culprit(error_code code, std::string_view in) {
        if (code == UNESCAPED_CHARS) {
            bool inside = false;
            for (std::size_t i = 0; i < in.size(); ++i) {
                if (inside && static_cast<unsigned char>(in[i]) < 0x20) return i;
                if (inside && in[i] == '\\') {
                    ++i;
                    continue;
                }
                inside = inside != (in[i] == '"');
            }
        }
        if (code == UTF8_ERROR) {
            // The longest beginning that is good ends before the culprit.
            std::size_t good = 0, bad = in.size();
            while (bad - good > 1) {
                const std::size_t half = good + (bad - good) / 2;
                std::size_t cut = half;
                while (cut > good && (static_cast<unsigned char>(in[cut]) & 0xC0) == 0x80) --cut;
                if (cut > good && validate_utf8(in.data(), cut))
                    good = cut;
                else
                    bad = half;
            }
            return good;
        }
        return in.size();
    }

    bool parse(std::string_view in, std::size_t room) {
        if (in.size() >= (std::uint64_t{1} << 32) - 64) return fail("document over 4 GiB", 0);
        base = in.data();
        if (room < in.size() + SIMDJSON_PADDING) {
            copy.reserve(in.size() + SIMDJSON_PADDING);
            copy.assign(in);
            base = copy.data();
            room = copy.capacity();
        }
        ondemand::document d;
        if (const auto c = parser.iterate(base, in.size(), room).get(d)) return fail(c, culprit(c, in));
        ondemand::value root;
        if (const auto c = d.get_value().get(root))
            return fail(c == SCALAR_DOCUMENT_AS_VALUE ? "neither an object nor an array" : error_message(c),
                        0);
        if (!value(root, 0, 0, 1)) return false;
        if (d.current_location().error() != OUT_OF_BOUNDS)
            return fail("text after the end of the document", in.size());
        return true;
    }
};

Document::Document(const Atoms& atoms) : impl_(std::make_unique<Impl>()), atoms_(atoms) {}
Document::~Document() = default;
Document::Document(Document&&) noexcept = default;

bool Document::parse(std::string_view text, std::size_t room, json::Error& error) {
    error = {};
    nodes.clear();
    unescaped_.clear();
    text_ = text;
    impl_->doc = this;
    impl_->error = &error;
    return impl_->parse(text, room);
}

std::string Document::key(const Node& n) const {
    std::size_t end = n.key_at;
    while (end < text_.size() && text_[end] != '"') end += text_[end] == '\\' ? 2 : 1;
    return std::string(text_.substr(n.key_at, end - n.key_at));
}

}  // namespace gpswitch::profile
