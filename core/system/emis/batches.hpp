#pragma once
#include <memory>

#include "core/archive/archive.hpp"
#include "core/report/issue.hpp"
#include "core/system/emis/layout.hpp"

/// Which files make one delivery (batch), and in which order deliveries count. Looks at names only.
namespace gpswitch::emis {

/// What is done with a batch. later: after the moment asked for; elsewhere: of another sharing agreement.
enum class Use : std::uint8_t { read, later, elsewhere };

/// The files of one extract: same sharing agreement, id part and time stamp.
struct Batch {
    std::string agreement, id, time;  ///< time: yyyyMMddHHmmss as the names have it
    bool modern = true;               ///< names say bulk or delta; older ones do not: `bulk` is a guess then
    bool bulk = false;
    Use use = Use::read;
    std::string version;            ///< by its headers ("8.2")
    std::string origin;             ///< of its first file, as messages call it
    std::array<int, kTabs> member;  ///< index of each table's file in the place; -1: none
    /// The same file again, from another folder: same name, same bytes.
    std::vector<std::pair<Tab, std::size_t>> copies;

    /// "delta 8 of 2026-03-02 04:00:00"
    std::string name() const;
    std::string day() const;  ///< yyyy-MM-dd of the time stamp
};

struct Deliveries {
    std::vector<Batch> batches;  ///< ascending by time stamp, never by id
    std::vector<std::pair<Tab, std::size_t>> sides;
    std::vector<Issue> issues;
};

/// Groups the members of a place. `as_of` (ISO 8601, may be empty): batches of later moments are marked.
/// Throws InputError for encrypted or packed files, tables nobody knows, two different files for one table,
/// time stamps that decide no order, and a place without any file of an extract.
Deliveries deliveries(const archive::Place& files, const std::string& as_of);

/// Says what the order of those that are read tells: repeated ids, ids that go back, gaps. First must be a
/// bulk where names say so: InputError otherwise.
void check_order(const std::vector<Batch>& batches, std::vector<Issue>& issues);

/// The folder or archive that the members are in, as messages call it.
std::string whole_of(const archive::Place& files);

}  // namespace gpswitch::emis
