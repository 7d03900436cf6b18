#pragma once
#include <vector>

#include "core/system/gpconnect/frame.hpp"

namespace gpswitch::gpconnect {

/// One rewrite in progress. walk.cpp goes through the source tree, transforms.cpp applies rules, scalars.cpp
/// puts values.
class Rewriter {
  public:
    Rewriter(const Tables& tables, Arena& arena, Host& host) : tables_(tables), arena_(arena), host_(host) {}
    Rewritten run(const Table& table, const json::Value& resource);

  private:
    using Value = json::Value;
    using Field = record::Field;
    using Chain = std::vector<const Field*>;

    // walk.cpp
    void object(const Value& in, const Element* node, const Frame& frame, Text path);
    void member(Text name, const Value& v, const Element* node, const Frame& frame, Text path);
    void items(const Value& v, const Element& node, const Frame& frame, Text path);
    void extension(const Value& e, const Element* node, const Frame& frame, Text path);
    void known_extension(const Value& e, const Element& node, const Frame& frame, Text path);
    bool like_named_extension(const Value& e, const Frame& frame, Text path);
    void contained(const Value& list, const Frame& frame);
    void unknown(const Value& v, Text path);
    void rest(const Value& v, Text path);

    // transforms.cpp
    void apply(const Rule& rule, const Value& v, const Element* node, const Frame& frame, Text path);
    const Frame* target(const Rule& rule, const Frame& frame, const Field*& last, bool& later);
    void concept_of(const Rule& rule, const Value& v, const Element* node, const Frame& to, const Field& f,
                    Text path);
    void code(const Rule& rule, const Value& v, const Element* node, const Frame& to, const Field& f,
              Text path);
    void code_text(const Rule& rule, const Value& v, const Frame& to, const Field& f, Text path);
    void coding(const Value& v, const Element* node, const Frame& to, const Field& f, Text path);
    void annotation(const Value& v, const Element* node, const Frame& to, const Field& f, Text path);
    void minus_one(const Value& v, const Frame& to, const Field& f, Text path);
    void split(const Rule& rule, const Value& v, const Frame& frame, Text path);
    void into(const Rule& rule, const Value& v, const Frame& to, const Field& f, Text path);
    void as_extension(const Rule& rule, const Value& v, Text path);
    void fold(const Rule& rule, const Value& v, Text path);
    void constant(const Rule& rule);
    bool has_choice(const Frame& frame, const Field& f) const;
    Value* new_coding(const Values& values, const ValueRow& row);
    void note_equivalence(const ValueRow& row);

    // scalars.cpp
    void move(const Value& v, const Field& f, const Element* node, const Frame& frame, Text path,
              const Rule* rule = nullptr);
    void place(const Value& v, const Field& f, const Element* node, const Frame& frame, Text path);
    void primitive(const Value& v, const Field& f, const Frame& frame, Text path);
    void date(const Value& v, const Field& f, const Frame& frame, Text path);
    void completed(const Value& v, std::string text, const char* why, const Field& f, const Frame& frame,
                   Text path);
    void bad(const Value& v, Text path, const char* why);
    Value* raw_copy(const Value& v, Text path);

    Text join(Text path, Text name) { return path.empty() ? name : arena_.join(path, ".", name); }
    Text indexed(Text path, std::size_t i) { return arena_.join(path, "[", std::to_string(i), "]"); }
    const Frame& entity() const { return *root_; }

    struct Later {
        const Rule* rule;
        const Value* value;
        const Element* node;
        Text path;
    };
    const Tables& tables_;
    Arena& arena_;
    Host& host_;
    const Frame* root_ = nullptr;
    std::vector<Later> later_;
    bool at_end_ = false;
    Rewritten out_;
};

}  // namespace gpswitch::gpconnect
