// Archives: whatever the bytes, an answer within the limits, and no name that leads out.
#include <sys/mman.h>
#include <unistd.h>

#include "core/archive/archive.hpp"

#include "core/fuzz/fuzz.hpp"

using namespace gpswitch;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    static const int fd = ::memfd_create("archive", 0);
    if (::ftruncate(fd, 0) != 0 || ::pwrite(fd, data, size, 0) != static_cast<ssize_t>(size)) std::abort();
    archive::OpenOptions options;
    options.spool_folder = "/dev/shm";
    options.limits.max_bytes = std::uint64_t{4} << 20;
    options.limits.max_members = 100;
    try {
        const auto place = archive::Place::open("/proc/self/fd/" + std::to_string(fd), options);
        std::set<std::string> names;
        std::uint64_t total = 0;
        for (std::size_t m = 0; m < place->members().size(); ++m) {
            const archive::Member& member = place->members()[m];
            fuzz::promise(place->bytes(m).size() == member.size, "a member has the size it says");
            fuzz::promise(names.insert(member.name).second, "no two members have one name");
            fuzz::promise(!member.name.empty() && member.name[0] != '/' && member.name.find("../") != 0 &&
                              member.name.find("/../") == std::string::npos && !member.name.ends_with("/.."),
                          "no name leads out");
            total += member.size;
        }
        fuzz::promise(total <= std::max<std::uint64_t>(options.limits.max_bytes, size), "the limits hold");
    } catch (const Error&) {  // refused, with a reason
    }
    return 0;
}
