#pragma once

namespace gpswitch::profile {

/// The least of FHIR that profiles can be made of: a resource with a list of parts, an extension, two types.
inline constexpr const char* kBase = R"({"resourceType":"Bundle","entry":[
{"resource":{"resourceType":"StructureDefinition","url":"http://hl7.org/fhir/StructureDefinition/Element","type":"Element","kind":"complex-type","abstract":true,"snapshot":{"element":[
 {"id":"Element","path":"Element"},
 {"id":"Element.id","path":"Element.id","min":0,"max":"1","base":{"path":"Element.id"},"type":[{"code":"string"}]},
 {"id":"Element.extension","path":"Element.extension","min":0,"max":"*","base":{"path":"Element.extension"},"type":[{"code":"Extension"}]}]}}},
{"resource":{"resourceType":"StructureDefinition","url":"http://hl7.org/fhir/StructureDefinition/Extension","type":"Extension","kind":"complex-type","baseDefinition":"http://hl7.org/fhir/StructureDefinition/Element","snapshot":{"element":[
 {"id":"Extension","path":"Extension"},
 {"id":"Extension.url","path":"Extension.url","min":1,"max":"1","base":{"path":"Extension.url"},"type":[{"code":"uri"}]},
 {"id":"Extension.value[x]","path":"Extension.value[x]","min":0,"max":"1","base":{"path":"Extension.value[x]"},"type":[{"code":"string"},{"code":"Part"}]}]}}},
{"resource":{"resourceType":"StructureDefinition","url":"http://hl7.org/fhir/StructureDefinition/string","type":"string","kind":"primitive-type","baseDefinition":"http://hl7.org/fhir/StructureDefinition/Element"}},
{"resource":{"resourceType":"StructureDefinition","url":"http://hl7.org/fhir/StructureDefinition/uri","type":"uri","kind":"primitive-type","baseDefinition":"http://hl7.org/fhir/StructureDefinition/Element"}},
{"resource":{"resourceType":"StructureDefinition","url":"http://hl7.org/fhir/StructureDefinition/Part","type":"Part","kind":"complex-type","baseDefinition":"http://hl7.org/fhir/StructureDefinition/Element","snapshot":{"element":[
 {"id":"Part","path":"Part"},
 {"id":"Part.system","path":"Part.system","min":0,"max":"1","base":{"path":"Part.system"},"type":[{"code":"uri"}]},
 {"id":"Part.value","path":"Part.value","min":0,"max":"1","base":{"path":"Part.value"},"type":[{"code":"string"}]}]}}},
{"resource":{"resourceType":"StructureDefinition","url":"http://hl7.org/fhir/StructureDefinition/Resource","type":"Resource","kind":"resource","abstract":true,"snapshot":{"element":[
 {"id":"Resource","path":"Resource"}]}}},
{"resource":{"resourceType":"StructureDefinition","url":"http://hl7.org/fhir/StructureDefinition/Thing","type":"Thing","kind":"resource","baseDefinition":"http://hl7.org/fhir/StructureDefinition/Resource","snapshot":{"element":[
 {"id":"Thing","path":"Thing"},
 {"id":"Thing.part","path":"Thing.part","min":0,"max":"*","base":{"path":"Thing.part"},"type":[{"code":"Part"}]},
 {"id":"Thing.value[x]","path":"Thing.value[x]","min":0,"max":"1","base":{"path":"Thing.value[x]"},"type":[{"code":"string"},{"code":"Part"}]},
 {"id":"Thing.inside","path":"Thing.inside","min":0,"max":"*","base":{"path":"Thing.inside"},"type":[{"code":"Resource"}]},
 {"id":"Thing.item","path":"Thing.item","min":0,"max":"*","base":{"path":"Thing.item"},"type":[{"code":"Element"}]},
 {"id":"Thing.item.name","path":"Thing.item.name","min":1,"max":"1","base":{"path":"Thing.item.name"},"type":[{"code":"string"}]},
 {"id":"Thing.item.item","path":"Thing.item.item","min":0,"max":"*","base":{"path":"Thing.item.item"},"contentReference":"#Thing.item"}]}}}
]})";

}  // namespace gpswitch::profile
