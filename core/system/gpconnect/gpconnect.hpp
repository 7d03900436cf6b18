#pragma once
#include "core/record/system.hpp"

/// GP Connect Access Record: Structured (FHIR STU3, CareConnect-GPC profiles), one bundle a patient, read
/// into the record model (R4, UK Core). A place is a file, a folder or an archive of bundles; a bundle may
/// come wrapped: in Parameters, in a JSON envelope ({"bundle":{...}}), as a JSON string, or as an HTTP dump
/// with the headers before the body.
///
/// What becomes what is data (mappings/gpconnect): routes.csv (resource type to entity), elements.csv
/// (element to field), datatypes.csv (the same inside data types, wherever they stand), values/*.csv. In
/// elements.csv
///   column   an STU3 element path: `practitioner.role`; lists are entered silently; an extension is named by
///   the tail of
///            its URL without "Extension-", "CareConnect-", "GPC-" and "-1": `extension(ActualProblem)`,
///            whatever its host
///   field    the path of the field in the entity, as in the record model: `performer.function`. Where an
///   outer element has
///            moved to an outer field, the inner ones follow it item by item
/// An element that has no row is kept in `rest`, counted as degradation "element-unknown", and reported once
/// per path. Below the first level an element without a row goes to the field of the same name, when the data
/// type has one.
///
/// Transforms, closed set:
///   move           the value to the field: a single value becomes a list of one where the field is a list;
///   where it is not, move(F)        the first item goes there and the others to field F, or to rest concept
///   a code becomes a CodeableConcept with the target system of its `values`; a CodeableConcept moves code a
///   code, replaced by `values`; in a CodeableConcept every coding that `values` knows gets the target's
///                  coding before it and stays as it is; in a uri (code system) the new name replaces the old
///   coding         the first coding of a CodeableConcept
///   annotation     a text becomes an Annotation
///   minus-one      a whole number less one (repeats after the first); the original stays in rest, as does 0
///   split(K|V)     an item {K: kind, V: value}: `values` names the field for each kind; what it does not
///   name goes to rest fold           after everything else: `values` says which value replaces that of the
///   field, an empty target none into(N)        the value as element N of the first item of a list of raw
///   JSON (doseAndRate) as-extension(U)  the value in an extension with URL U, typed by its shape constant(V)
///   no column: V is written where the field is empty. For a concept or coding: S|C|D rest           kept
///   verbatim under its path ignore         not carried, for the reason in `why`
/// Target kinds do the rest: references are rewritten to the new ids, dates that do not exist go to rest with
/// an issue, an instant without zone or time is completed with UK time (noted in `inferred`), spaces at the
/// ends of codes are cut.
namespace gpswitch::gpconnect {

const record::System& system();

}  // namespace gpswitch::gpconnect
