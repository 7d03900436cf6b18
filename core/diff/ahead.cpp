#include "core/diff/ahead.hpp"

#include <stdexcept>
#include <utility>

namespace gpswitch::diff {
namespace {

constexpr std::size_t kRoom = 16;

}  // namespace

Ahead::Ahead(const Side& side, const std::vector<std::uint32_t>& patients, bool threaded,
             record::Lines::Pass pass)
    : side_(side), ring_(threaded ? kRoom : 1), patients_(patients.size()) {
    if (!patients.empty())
        cursor_ = pass ? dynamic_cast<record::Lines&>(*side.source).read(patients, std::move(pass))
                       : side.source->read(patients);
    // A thread does not pay for a handful.
    if (threaded && patients.size() > 1) thread_ = std::thread([this] { work(); });
}

Ahead::~Ahead() {
    {
        const std::scoped_lock lock(mutex_);
        stop_ = true;
    }
    changed_.notify_all();
    if (thread_.joinable()) thread_.join();
}

void Ahead::read(record::Record& into) {
    if (!cursor_ || !cursor_->next(into))
        throw std::logic_error("diff: a source has fewer patients than its census");
    if (side_.prepare) side_.prepare(into);
    record::thaw(into);
}

void Ahead::work() {
    for (std::size_t i = 0; i < patients_; ++i) {
        {
            std::unique_lock lock(mutex_);
            changed_.wait(lock, [&] { return stop_ || made_ < taken_ + kRoom - 1; });
            if (stop_) return;
        }
        std::exception_ptr failure;
        try {
            read(ring_[i % kRoom]);
        } catch (...) { failure = std::current_exception(); }
        {
            const std::scoped_lock lock(mutex_);
            failure_ = failure;
            if (!failure) ++made_;
        }
        changed_.notify_all();
        if (failure) return;
    }
}

record::Record& Ahead::next() {
    if (!thread_.joinable()) {
        read(ring_[0]);
        return ring_[0];
    }
    std::unique_lock lock(mutex_);
    if (taken_ == patients_)
        throw std::logic_error("diff: more records are asked for than there are patients");
    changed_.wait(lock, [&] { return taken_ < made_ || failure_; });
    if (taken_ == made_) std::rethrow_exception(failure_);
    record::Record& record = ring_[taken_++ % kRoom];
    lock.unlock();
    changed_.notify_all();
    return record;
}

}  // namespace gpswitch::diff
