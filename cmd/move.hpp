#pragma once
#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "cmd/context.hpp"
#include "cmd/exit_code.hpp"
#include "cmd/workspace.hpp"
#include "core/summary/summary.hpp"
#include "core/system/all.hpp"

namespace gpswitch::cmd {

struct MoveOptions {
    std::string source, target;  ///< target may be empty in a rehearsal
    bool rehearse = false;
    /// A finding this grave fails its gate, before the target is touched.
    Severity stop_on = Severity::fatal;
    std::vector<std::string> profiles;  ///< as validate takes them
    bool no_profiles = false;
};

/// The gates of `switch`, in their order (design section 3): export, map, validate, import, read back, diff,
/// report. Each does in this process what the command of its name does. What comes of it is a folder; see
/// gpswitch-switch(1).
///
/// A gate is passed, passed with something to look at ("reserved": rows held back, findings of severity
/// error; the run goes on and its answer is no), or failed: then no further gate is run but the report, which
/// says so. A gate that cannot be run at all throws as its command would; what is done stays in
/// FOLDER.partial, and the same command goes on from there.
class Move {
  public:
    Move(const MoveOptions& options, Context& context);
    ExitCode run();

  private:
    using Gate = GateRecord (Move::*)();
    struct Step {
        std::string_view name;
        Gate gate;
        bool selects;  ///< --patient and the like apply to what it reads: the source, not what was made of it
    };
    void check_places();
    std::string asked() const;
    void take_over();
    /// Runs the gate unless an earlier run passed it. False when it failed.
    bool pass(const Step& step);
    void say(const summary::Gate& gate) const;
    ExitCode report();

    GateRecord export_gate();
    GateRecord map_gate();
    GateRecord validate_gate();
    GateRecord import_gate();
    GateRecord read_back_gate();
    GateRecord diff_gate();

    summary::Summary summary() const;
    void write_reports(const summary::Summary& s);
    void write_certificate(const summary::Summary& s);
    /// What map and diff read: the verbatim copy, or the source where it lies.
    std::string before() const;
    std::string package() const { return "fhir:" + work_.in("package"); }
    /// The target as a source.
    std::string after() const;
    summary::Outcome outcome_of(std::uint64_t held, const class Findings& findings) const;

    const MoveOptions& options_;
    Context& context_;
    systems::Address target_;
    Workspace work_;
    OpenSource source_;
    /// What this run did and how long it took; an earlier run's gates are without.
    std::vector<summary::Gate> gates_;
    std::chrono::system_clock::time_point started_ = std::chrono::system_clock::now();
    bool stopped_ = false;
};

/// A member's name without the place it lies in.
std::string within(std::string_view member, std::string_view place);

}  // namespace gpswitch::cmd
