#pragma once
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <new>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

namespace gpswitch {

/// Memory for one patient's record: grows in blocks, is emptied all at once, and keeps its blocks for the
/// next patient. Holds trivially destructible things only. Not thread-safe; one per worker.
class Arena {
  public:
    Arena() = default;
    explicit Arena(std::size_t block) : block_(block) {}
    Arena(Arena&&) = default;
    Arena& operator=(Arena&&) = default;

    void* take(std::size_t bytes, std::size_t align) {
        std::uintptr_t p = (reinterpret_cast<std::uintptr_t>(here_) + align - 1) & ~(align - 1);
        if (here_ == nullptr || p + bytes > reinterpret_cast<std::uintptr_t>(end_)) {
            grow(bytes + align);
            p = (reinterpret_cast<std::uintptr_t>(here_) + align - 1) & ~(align - 1);
        }
        here_ = reinterpret_cast<char*>(p + bytes);
        return reinterpret_cast<void*>(p);
    }

    template <class T>
    T* make() {
        static_assert(std::is_trivially_destructible_v<T>);
        return new (take(sizeof(T), alignof(T))) T{};
    }

    /// Room for text that the caller fills.
    char* text(std::size_t bytes) { return static_cast<char*>(take(bytes, 1)); }

    /// A copy that lives as long as the arena's content.
    std::string_view copy(std::string_view s) {
        if (s.empty()) return {};
        char* p = text(s.size());
        std::memcpy(p, s.data(), s.size());
        return {p, s.size()};
    }

    /// The pieces joined into one text.
    template <class... S>
    std::string_view join(const S&... s) {
        const std::size_t n = (std::string_view(s).size() + ... + 0);
        char* p = text(n == 0 ? 1 : n);
        std::size_t at = 0;
        auto add = [&](std::string_view v) {
            if (!v.empty()) std::memcpy(p + at, v.data(), v.size());
            at += v.size();
        };
        (add(std::string_view(s)), ...);
        return {p, n};
    }

    /// Forgets everything; the blocks are kept, unless the last patient was unusually large: then only the
    /// first.
    void clear() {
        std::size_t total = 0;
        for (const auto& b : blocks_) total += b.size;
        if (total > kKeep) blocks_.resize(1);
        in_use_ = 0;
        here_ = end_ = nullptr;
        if (!blocks_.empty()) next_block();
    }

  private:
    static constexpr std::size_t kKeep = 8u << 20;
    struct Block {
        std::unique_ptr<char[]> data;
        std::size_t size = 0;
    };
    void next_block() {
        const Block& b = blocks_[in_use_++];
        here_ = b.data.get();
        end_ = here_ + b.size;
    }
    void grow(std::size_t at_least) {
        if (in_use_ == blocks_.size() || blocks_[in_use_].size < at_least) {
            const std::size_t n = at_least > block_ ? at_least : block_;
            blocks_.insert(blocks_.begin() + static_cast<std::ptrdiff_t>(in_use_),
                           Block{std::unique_ptr<char[]>(new char[n]), n});
        }
        next_block();
    }
    std::size_t block_ = 64 * 1024;
    std::vector<Block> blocks_;  ///< those in use first
    std::size_t in_use_ = 0;
    char* here_ = nullptr;
    char* end_ = nullptr;
};

/// A sequence in an arena. Trivially copyable: copying it copies the view, not the items.
template <class T>
struct List {
    T* data = nullptr;
    std::uint32_t size = 0;
    std::uint32_t capacity = 0;

    bool empty() const { return size == 0; }
    T* begin() const { return data; }
    T* end() const { return data + size; }
    T& operator[](std::size_t i) const { return data[i]; }
    T& back() const { return data[size - 1]; }

    /// Adds an empty item and returns it. Items are moved when the list grows: hold indexes, not pointers.
    T& add(Arena& arena) {
        static_assert(std::is_trivially_copyable_v<T>);
        if (size >=
            capacity) {  // greater: shared with others, who must not see the new item (record::freeze)
            const std::uint32_t n = size == 0 ? 2 : size * 2;
            T* p = static_cast<T*>(arena.take(sizeof(T) * n, alignof(T)));
            if (size != 0) std::memcpy(static_cast<void*>(p), data, sizeof(T) * size);
            data = p;
            capacity = n;
        }
        return *new (data + size++) T{};
    }
    void add(Arena& arena, const T& item) {
        const T copy = item;
        add(arena) = copy;
    }
};

}  // namespace gpswitch
