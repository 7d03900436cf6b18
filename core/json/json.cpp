#include "core/json/json.hpp"

#include <emmintrin.h>
#include <simdjson.h>

#include <unordered_set>

#include "core/util/text.hpp"

namespace gpswitch::json {

using namespace simdjson;

Value* Value::find(std::string_view name) const {
    // Names of one length mostly differ in their last byte.
    for (const Member& m : members)
        if (m.name.size() == name.size() && (name.empty() || m.name.back() == name.back()) && m.name == name)
            return m.value;
    return nullptr;
}

std::string_view Value::text_of(std::string_view name) const {
    const Value* v = find(name);
    return v != nullptr && v->is_scalar() && v->kind != Kind::null ? v->text : std::string_view{};
}

struct Parser::Impl {
    static constexpr int kMaxDepth = 200;
    ondemand::parser parser;
    std::string buffer;
    std::string_view text;  // the caller's bytes, same offsets as buffer
    Arena* arena = nullptr;
    Error* error = nullptr;

    bool fail(std::string message, std::uint64_t offset) {
        if (!*error) *error = {std::move(message), offset};
        return false;
    }
    bool fail(error_code code, std::uint64_t offset) { return fail(error_message(code), offset); }

    std::uint64_t offset_of(const char* p) const { return static_cast<std::uint64_t>(p - buffer.data()); }

    // A string whose opening quote is at `offset`; simdjson unescapes, what needs no unescaping stays where
    // it is.
    bool string_at(std::uint64_t offset, simdjson_result<std::string_view> unescaped, std::string_view& out) {
        std::string_view s;
        if (const auto e = std::move(unescaped).get(s)) return fail(e, offset);
        // An escape is longer than what it stands for: without one, the closing quote is where the text says.
        const std::size_t end = offset + 1 + s.size();
        const bool plain = end < text.size() && text[end] == '"' && (s.empty() || text[end - 1] != '\\');
        out = plain ? text.substr(offset + 1, s.size()) : arena->copy(s);
        return true;
    }

    bool number(std::string_view token, Value& v) {
        while (!token.empty() &&
               (token.back() == ' ' || token.back() == '\n' || token.back() == '\r' || token.back() == '\t'))
            token.remove_suffix(1);
        if (!is_decimal(token)) return fail("not a number", v.offset);
        v.kind = Kind::number;
        v.text = text.substr(v.offset, token.size());
        return true;
    }

    bool array(ondemand::array items, Value& v, int depth) {
        v.kind = Kind::array;
        for (auto item : items) {
            ondemand::value child;
            if (const auto e = item.get(child)) return fail(e, v.offset);
            Value* made = arena->make<Value>();
            if (!value(child, *made, depth + 1)) return false;
            v.items.add(*arena, made);
        }
        return true;
    }

    bool known_twice(const Value& v, std::string_view name, std::unordered_set<std::string_view>& seen) {
        if (v.members.size < 16) return v.find(name) != nullptr;
        if (seen.empty())
            for (const Member& m : v.members) seen.insert(m.name);
        return !seen.insert(name).second;
    }

    bool object(ondemand::object fields, Value& v, int depth) {
        v.kind = Kind::object;
        std::unordered_set<std::string_view> seen;
        for (auto item : fields) {
            ondemand::field field;
            if (const auto e = std::move(item).get(field)) return fail(e, v.offset);
            const std::uint64_t key_at = offset_of(field.key().raw()) - 1;
            std::string_view name;
            if (!string_at(key_at, field.unescaped_key(), name)) return false;
            if (known_twice(v, name, seen)) return fail("the same key twice in one object", key_at);
            Value* made = arena->make<Value>();
            if (!value(field.value(), *made, depth + 1)) return false;
            v.members.add(*arena, Member{name, made});
        }
        return true;
    }

    bool value(ondemand::value in, Value& v, int depth) {
        const std::string_view token = in.raw_json_token();
        v.offset = static_cast<std::uint32_t>(offset_of(token.data()));
        if (depth > kMaxDepth) return fail("nested too deeply", v.offset);
        ondemand::json_type type{};
        if (const auto e = in.type().get(type)) return fail(e, v.offset);
        switch (type) {
            case ondemand::json_type::object: {
                ondemand::object o;
                if (const auto e = in.get_object().get(o)) return fail(e, v.offset);
                return object(o, v, depth);
            }
            case ondemand::json_type::array: {
                ondemand::array a;
                if (const auto e = in.get_array().get(a)) return fail(e, v.offset);
                return array(a, v, depth);
            }
            case ondemand::json_type::string:
                v.kind = Kind::string;
                return string_at(v.offset, in.get_string(), v.text);
            case ondemand::json_type::number: return number(token, v);
            case ondemand::json_type::boolean: {
                bool b = false;
                if (const auto e = in.get_bool().get(b)) return fail(e, v.offset);
                v.kind = Kind::boolean;
                v.text = b ? "true" : "false";
                return true;
            }
            case ondemand::json_type::null: {
                bool null = false;
                if (const auto e = in.is_null().get(null); e || !null)
                    return fail("not a JSON value", v.offset);
                v.kind = Kind::null;
                v.text = "null";
                return true;
            }
        }
        return fail("not a JSON value", v.offset);
    }

    Value* parse(std::string_view in, Arena& a, Error& e) {
        error = &e;
        arena = &a;
        std::uint64_t bom = 0;
        if (in.size() >= 3 && in.substr(0, 3) == "\xEF\xBB\xBF") bom = 3;
        in.remove_prefix(bom);
        if (in.size() >= (std::uint64_t{1} << 32) - 64) {
            fail("document over 4 GiB", 0);
            return nullptr;
        }
        text = in;
        buffer.reserve(in.size() + SIMDJSON_PADDING);
        buffer.assign(in);
        ondemand::document doc;
        if (const auto c = parser.iterate(buffer.data(), in.size(), buffer.capacity()).get(doc)) {
            fail(c, in.size());
        } else {
            ondemand::value root;
            if (const auto c2 = doc.get_value().get(root)) {
                fail(c2 == SCALAR_DOCUMENT_AS_VALUE ? "neither an object nor an array" : error_message(c2),
                     0);
            } else {
                Value* v = a.make<Value>();
                if (value(root, *v, 1)) {
                    if (doc.current_location().error() == OUT_OF_BOUNDS) return v;
                    fail("text after the end of the document", in.size());
                }
            }
        }
        e.offset += bom;
        return nullptr;
    }
};

Parser::Parser() : impl_(std::make_unique<Impl>()) {}
Parser::~Parser() = default;
Parser::Parser(Parser&&) noexcept = default;

Value* Parser::parse(std::string_view text, Arena& arena, Error& error) {
    error = {};
    return impl_->parse(text, arena, error);
}

namespace {

/// Bytes at the start of `s` that stand for themselves in a string literal. SSE2, which every x86-64 has.
std::size_t plain_bytes(std::string_view s) {
    std::size_t i = 0;
    const __m128i quote = _mm_set1_epi8('"'), backslash = _mm_set1_epi8('\\'), control = _mm_set1_epi8(0x1F);
    for (; i + 16 <= s.size(); i += 16) {
        const __m128i v = _mm_loadu_si128(reinterpret_cast<const __m128i*>(s.data() + i));
        // Unsigned v <= 0x1F: the smaller of both is v itself.
        const __m128i special =
            _mm_or_si128(_mm_or_si128(_mm_cmpeq_epi8(v, quote), _mm_cmpeq_epi8(v, backslash)),
                         _mm_cmpeq_epi8(_mm_min_epu8(v, control), v));
        const int mask = _mm_movemask_epi8(special);
        if (mask != 0) return i + static_cast<std::size_t>(__builtin_ctz(static_cast<unsigned>(mask)));
    }
    while (i < s.size() && static_cast<unsigned char>(s[i]) >= 0x20 && s[i] != '"' && s[i] != '\\') ++i;
    return i;
}

void append_special(std::string& out, unsigned char c) {
    static constexpr char kHex[] = "0123456789abcdef";
    switch (c) {
        case '"': out += "\\\""; break;
        case '\\': out += "\\\\"; break;
        case '\n': out += "\\n"; break;
        case '\r': out += "\\r"; break;
        case '\t': out += "\\t"; break;
        default:
            out += "\\u00";
            out += kHex[c >> 4];
            out += kHex[c & 15];
    }
}

}  // namespace

void append_escaped(std::string& out, std::string_view s) {
    while (true) {
        const std::size_t n = plain_bytes(s);
        out.append(s.data(), n);
        if (n == s.size()) break;
        append_special(out, static_cast<unsigned char>(s[n]));
        s.remove_prefix(n + 1);
    }
}

void append_string(std::string& out, std::string_view s) {
    out += '"';
    append_escaped(out, s);
    out += '"';
}

void append(std::string& out, const Value& value) {
    switch (value.kind) {
        case Kind::string: append_string(out, value.text); return;
        case Kind::object: {
            out += '{';
            for (std::uint32_t i = 0; i < value.members.size; ++i) {
                if (i != 0) out += ',';
                append_string(out, value.members[i].name);
                out += ':';
                append(out, *value.members[i].value);
            }
            out += '}';
            return;
        }
        case Kind::array:
            out += '[';
            for (std::uint32_t i = 0; i < value.items.size; ++i) {
                if (i != 0) out += ',';
                append(out, *value.items[i]);
            }
            out += ']';
            return;
        default: out += value.text;
    }
}

}  // namespace gpswitch::json
