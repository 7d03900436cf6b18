#include "core/profile/document.hpp"

#include <simdjson.h>

#include <algorithm>
#include <array>
#include <cstring>

namespace gpswitch::profile {

using namespace simdjson;

Atoms::Atoms() {
    names_.emplace_back();
    slots_.assign(1024, {});
    mask_ = slots_.size() - 1;
}

void Atoms::put(Atom a) {
    const Ends e = ends(names_[a]);
    std::size_t i = e.hash() & mask_;
    while (slots_[i].atom != 0) i = (i + 1) & mask_;
    slots_[i] = {e, a};
}

Atom Atoms::add(std::string_view name) {
    if (const Atom a = find(name); a != 0) return a;
    if (names_.size() * 2 > slots_.size()) {
        slots_.assign(slots_.size() * 2, {});
        mask_ = slots_.size() - 1;
        for (std::size_t a = 1; a < names_.size(); ++a) put(static_cast<Atom>(a));
    }
    names_.push_back(kept_.emplace_back(name));
    const auto a = static_cast<Atom>(names_.size() - 1);
    put(a);
    return a;
}

namespace {

bool good_number(std::string_view s) {
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

}  // namespace

/// simdjson's first stage finds where brackets, colons, commas and the beginnings of values are, and sees to
/// UTF-8 and control characters in strings; the nodes are made from these places, in one pass.
struct alignas(128) Document::Impl {  // nothing of another worker in its cache lines
    static constexpr std::size_t kMaxDepth = 64;
    static constexpr std::size_t kPadding = 64;  ///< simdjson reads that far beyond the text
    using Stage = internal::dom_parser_implementation;

    std::unique_ptr<Stage> stage;
    std::size_t capacity = 0;
    std::string copy;
    const char* base = nullptr;            ///< of what was looked through
    const char* base_end = nullptr;        ///< its end
    const std::uint32_t* place = nullptr;  ///< next of the places found in it; behind the last one its size
    const char* escape = nullptr;          ///< the next backslash from here on
    Document* doc = nullptr;
    json::Error* error = nullptr;

    bool fail(std::string message, std::uint64_t offset) {
        if (!*error) *error = {std::move(message), offset};
        return false;
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

    error_code look(std::string_view in, std::size_t room) {
        base = in.data();
        if (room < in.size() + kPadding) {
            copy.reserve(in.size() + kPadding);
            copy.assign(in);
            base = copy.data();
        }
        base_end = base + in.size();
        if (capacity < in.size()) {
            const std::size_t wanted = std::max<std::size_t>(in.size() + in.size() / 4, 64 * 1024);
            if (const auto e = stage == nullptr
                                   ? get_active_implementation()->create_dom_parser_implementation(
                                         wanted, kMaxDepth, stage)
                                   : stage->allocate(wanted, kMaxDepth))
                return e;
            capacity = wanted;
        }
        const auto e =
            stage->stage1(reinterpret_cast<const std::uint8_t*>(base), in.size(), stage1_mode::regular);
        if (e) return e;
        place = stage->structural_indexes.get();
        escape = base;
        next_escape(base);
        return SUCCESS;
    }

    void next_escape(const char* from) {
        if (escape == nullptr) return;
        const void* p = std::memchr(from, '\\', static_cast<std::size_t>(base_end - from));
        escape = static_cast<const char*>(p);
    }

    /// Whether there is a backslash between; `from` never goes back.
    bool escaped(const char* from, const char* to) {
        if (escape == nullptr) return false;
        if (escape < from) next_escape(from);
        return escape != nullptr && escape < to;
    }

    /// What begins here ends before the next place; blanks behind it are not part of it.
    static const char* behind(const char* next) {
        while (static_cast<unsigned char>(next[-1]) <= ' ') --next;
        return next;
    }

    bool unescape(const char* from, std::size_t size, std::string_view& out) {
        if (doc->unescaped_used_ == doc->unescaped_.size()) doc->unescaped_.emplace_back();
        std::string& kept = doc->unescaped_[doc->unescaped_used_++];
        kept.resize(size + kPadding);
        auto* to = reinterpret_cast<std::uint8_t*>(kept.data());
        const std::uint8_t* end = stage->parse_string(reinterpret_cast<const std::uint8_t*>(from), to);
        if (end == nullptr) return false;
        kept.resize(static_cast<std::size_t>(end - to));
        out = kept;
        return true;
    }

    /// The nodes of the value at `place`, which begins a line that ends at `end`; offsets count from `line`.
    bool build(const char* line, const char* end) {
        struct Open {
            std::uint32_t node;
            bool object;
        };
        std::array<Open, kMaxDepth + 1> open;
        std::size_t depth = 0;
        std::vector<Node>& nodes = doc->nodes;
        std::uint32_t count = 0, key_at = 0;
        Atom key = 0;
        const auto offset = [line](const char* p) { return static_cast<std::uint32_t>(p - line); };
        const char* at = base + *place;
        while (true) {  // a value at `at`
            if (at >= end) return fail("it ends too early", offset(end));
            if (count == nodes.size()) nodes.resize(count + count / 2);
            Node& n = nodes[count++];
            n = Node{};
            n.begin = offset(at);
            n.key = key;
            n.key_at = key_at;
            n.next = count;
            if (depth >= kMaxDepth) return fail("nested too deeply", n.begin);
            const char c = *at;
            ++place;
            if (c == '"') {
                const char* close = behind(base + *place) - 1;
                if (close <= at || close >= end || *close != '"')
                    return fail("a string that does not end", n.begin);
                n.kind = Node::Kind::string;
                ++n.begin;
                n.end = offset(close);
                if (escaped(at, close)) {
                    std::string_view text;
                    n.flags = Node::kEscaped;
                    n.end = static_cast<std::uint32_t>(doc->unescaped_used_);
                    if (!unescape(at + 1, static_cast<std::size_t>(close - at), text))
                        return fail("an escape in a string that stands for nothing", n.begin);
                }
            } else if (c == '{' || c == '[') {
                n.kind = c == '{' ? Node::Kind::object : Node::Kind::array;
                open[depth++] = {count - 1, c == '{'};
                key = 0;
                key_at = 0;
                at = base + *place;
                if (at < end && *at == (c == '{' ? '}' : ']')) {
                    ++place;
                    --depth;
                } else {
                    if (c == '{' && !member(line, end, key, key_at)) return false;
                    at = base + *place;
                    continue;
                }
            } else if (!scalar(at, n, line, end)) {
                return false;
            }
            // Behind a value: what it is in goes on, or ends.
            while (true) {
                if (depth == 0) return true;
                Node& around = nodes[open[depth - 1].node];
                ++around.count;
                at = base + *place;
                const char d = at < end ? *at : '\0';
                if (d == ',') {
                    ++place;
                    key = 0;
                    key_at = 0;
                    if (open[depth - 1].object && !member(line, end, key, key_at)) return false;
                    at = base + *place;
                    break;
                }
                if (d != (open[depth - 1].object ? '}' : ']'))
                    return fail(d == '\0'                ? "it ends too early"
                                : open[depth - 1].object ? "a comma or } is expected here"
                                                         : "a comma or ] is expected here",
                                offset(std::min(at, end)));
                ++place;
                around.next = count;
                --depth;
            }
        }
    }

    /// A member's name and the colon behind it.
    bool member(const char* line, const char* end, Atom& key, std::uint32_t& key_at) {
        const char* at = base + *place;
        const auto offset = static_cast<std::uint32_t>(std::min(at, end) - line);
        if (at >= end) return fail("it ends too early", offset);
        if (*at != '"') return fail("the name of a member is expected here", offset);
        const char* colon = base + *++place;
        const char* close = behind(colon) - 1;
        if (close <= at || close >= end || *close != '"') return fail("a name that does not end", offset);
        if (colon >= end || *colon != ':') return fail("a colon is expected behind this name", offset);
        ++place;
        key_at = offset + 1;
        std::string_view name(at + 1, static_cast<std::size_t>(close - at - 1));
        if (escaped(at, close) && !unescape(at + 1, static_cast<std::size_t>(close - at), name))
            return fail("an escape in a name that stands for nothing", key_at);
        key = doc->atoms_.find(name);
        return true;
    }

    bool scalar(const char* at, Node& n, const char* line, const char* end) {
        const char* to = behind(std::min(base + *place, end));
        const std::string_view token(at, static_cast<std::size_t>(to - at));
        n.end = static_cast<std::uint32_t>(to - line);
        if (token == "true" || token == "false") {
            n.kind = Node::Kind::boolean;
            return true;
        }
        if (token == "null") return true;
        n.kind = Node::Kind::number;
        if (good_number(token)) return true;
        return fail(
            *at == '-' || (*at >= '0' && *at <= '9') ? "not a number as JSON has them" : "not a JSON value",
            n.begin);
    }

    bool document(std::string_view in) {
        const char* end = base + in.size();
        const char* first = base + *place;
        if (*first != '{' && *first != '[') return fail("neither an object nor an array", 0);
        if (!build(base, end)) return false;
        if (base + *place < end) return fail("text after the end of the document", *place);
        return true;
    }

    bool parse(std::string_view in, std::size_t room) {
        if (in.size() >= (std::uint64_t{1} << 32) - 4096) return fail("document over 4 GiB", 0);
        if (in.empty()) return fail("nothing in it", 0);
        if (const auto e = look(in, room)) return fail(error_message(e), culprit(e, in));
        // A large document: of four places about one is a value, and growing step by step would need twice
        // the memory.
        if (const std::size_t likely = stage->n_structural_indexes / 4; likely > doc->nodes.size() * 2) {
            doc->nodes.clear();
            doc->nodes.resize(likely + likely / 8);
        }
        return document(in);
    }

    bool parse_line(std::string_view in) {
        const char* end = in.data() + in.size();
        const char* line = in.data();
        const char* first = base + *place;
        if (first >= end) return fail("nothing in this line", 0);
        if (*first != '{' && *first != '[') {
            pass(end);
            return fail("neither an object nor an array", 0);
        }
        const bool good = build(line, end);
        const char* rest = base + *place;
        pass(end);
        if (!good) return false;
        if (rest < end)
            return fail("text after the end of the document", static_cast<std::uint64_t>(rest - line));
        return true;
    }

    /// Leaves out the places before `end`: of a line that is refused.
    void pass(const char* end) {
        while (base + *place < end) ++place;
    }
};

Document::Document(const Atoms& atoms) : nodes(256), impl_(std::make_unique<Impl>()), atoms_(atoms) {}
Document::~Document() = default;
Document::Document(Document&&) noexcept = default;

void Document::begin(std::string_view text, json::Error& error) {
    error = {};
    unescaped_used_ = 0;
    text_ = text;
    impl_->doc = this;
    impl_->error = &error;
}

bool Document::parse(std::string_view text, std::size_t room, json::Error& error) {
    begin(text, error);
    return impl_->parse(text, room);
}

bool Document::look_through(std::string_view lines, std::size_t room) {
    return room >= lines.size() + Impl::kPadding && !impl_->look(lines, room);
}

bool Document::parse_line(std::string_view line, json::Error& error) {
    begin(line, error);
    return impl_->parse_line(line);
}

std::string Document::key(const Node& n) const {
    std::size_t end = n.key_at;
    while (end < text_.size() && text_[end] != '"') end += text_[end] == '\\' ? 2 : 1;
    return std::string(text_.substr(n.key_at, end - n.key_at));
}

}  // namespace gpswitch::profile
