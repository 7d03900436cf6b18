#pragma once
#include "core/record/system.hpp"

/// Practices of made-up people: any number, any size, the same every time. Read only, in standard form; what
/// it makes is described in gpswitch-systems(5).
///
///     gpswitch map synthetic:patients=5000,seed=7 -o practice.zip
///
/// The source has two tables: "patient", one row for each patient, of which everything about the patient is
/// made, and "practice", one row for each practice-wide entity. Slots that a booking took are `made`. Nothing
/// is kept per patient but an entry of the census; a record is made when it is read.
namespace gpswitch::synthetic {

const record::System& system();

}  // namespace gpswitch::synthetic
