"""Columns of the 21 tables of an EMIS Web bulk extract, version 8.2, in delivered order."""

# Quirks 3 and 4 are here: AssociatedText, Comment and NumericOperator are present, and ParentCodeId follows ProcessingId.
# Quirk 8 too: ProcessingId is the last column everywhere except in Agreements_SharingOrganisation and Coding_ClinicalCode.
COLUMNS = {
    "Admin_Location": """
        LocationGuid LocationName LocationTypeDescription ParentLocationGuid OpenDate CloseDate
        MainContactName FaxNumber EmailAddress PhoneNumber HouseNameFlatNumber NumberAndStreet Village Town
        County Postcode Deleted ProcessingId
    """.split(),
    "Admin_Organisation": """
        OrganisationGuid CDB OrganisationName ODSCode ParentOrganisationGuid CCGOrganisationGuid
        OrganisationType OpenDate CloseDate MainLocationGuid ProcessingId
    """.split(),
    "Admin_OrganisationLocation": """
        OrganisationGuid LocationGuid IsMainLocation Deleted ProcessingId
    """.split(),
    "Admin_Patient": """
        PatientGuid OrganisationGuid UsualGpUserInRoleGuid Sex DateOfBirth DateOfDeath Title GivenName
        MiddleNames Surname DateOfRegistration NhsNumber PatientNumber PatientTypeDescription DummyType
        HouseNameFlatNumber NumberAndStreet Village Town County Postcode ResidentialInstituteCode
        NHSNumberStatus CarerName CarerRelation PersonGuid DateOfDeactivation Deleted SpineSensitive
        IsConfidential EmailAddress HomePhone MobilePhone ExternalUsualGPGuid ExternalUsualGP
        ExternalUsualGPOrganisation ContactComments ProcessingId
    """.split(),
    "Admin_PatientHistory": """
        PatientGuid OrganisationGuid HistoryDate HistoryTime StatusDescription ProcessingId
    """.split(),
    "Admin_UserInRole": """
        UserInRoleGuid OrganisationGuid Title GivenName Surname JobCategoryCode JobCategoryName
        ContractStartDate ContractEndDate RegistrationNumber ProcessingId
    """.split(),
    "Agreements_SharingOrganisation": """
        OrganisationGuid IsActivated LastModifiedDate Disabled Deleted
    """.split(),
    "Appointment_Session": """
        AppointmentSessionGuid Description LocationGuid SessionTypeDescription SessionCategoryDisplayName
        StartDate StartTime EndDate EndTime Private OrganisationGuid Deleted ProcessingId
    """.split(),
    "Appointment_SessionUser": """
        SessionGuid UserInRoleGuid Deleted ProcessingId
    """.split(),
    "Appointment_Slot": """
        SlotGuid AppointmentDate AppointmentStartTime PlannedDurationInMinutes PatientGuid SendInTime LeftTime
        DidNotAttend PatientWaitInMin AppointmentDelayInMin ActualDurationInMinutes OrganisationGuid
        SessionGuid DnaReasonCodeId BookedDate BookedTime SlotStatus SlotType IsBookableOnline BookingMethod
        ExternalPatientGuid ExternalPatientOrganisation ModeOfContact IsBlocked ContextType ServiceSetting
        NationalSlotCategoryName NationalSlotCategoryDescription Deleted ProcessingId
    """.split(),
    "Audit_PatientAudit": """
        ItemGuid PatientGuid OrganisationGuid ModifiedDate ModifiedTime UserInRoleGuid ItemType ModeType
        ProcessingId
    """.split(),
    "Audit_RegistrationAudit": """
        PatientGuid OrganisationGuid ModifiedDate ModifiedTime UserInRoleGuid ModeType ProcessingId
    """.split(),
    "CareRecord_Consultation": """
        ConsultationGuid PatientGuid OrganisationGuid EffectiveDate EffectiveDatePrecision EnteredDate
        EnteredTime ClinicianUserInRoleGuid EnteredByUserInRoleGuid AppointmentSlotGuid ConsultationSourceTerm
        ConsultationSourceCodeId Complete ConsultationType Deleted IsConfidential ProcessingId
    """.split(),
    "CareRecord_Diary": """
        DiaryGuid PatientGuid OrganisationGuid EffectiveDate EffectiveDatePrecision EnteredDate EnteredTime
        ClinicianUserInRoleGuid EnteredByUserInRoleGuid CodeId OriginalTerm AssociatedText DurationTerm
        LocationTypeDescription Deleted IsConfidential IsActive IsComplete ConsultationGuid ProcessingId
    """.split(),
    "CareRecord_Observation": """
        ObservationGuid PatientGuid OrganisationGuid EffectiveDate EffectiveDatePrecision EnteredDate
        EnteredTime ClinicianUserInRoleGuid EnteredByUserInRoleGuid ParentObservationGuid CodeId ProblemGuid
        ConsultationGuid AssociatedText Value NumericUnit ObservationType NumericRangeLow NumericRangeHigh
        DocumentGuid Qualifiers Abnormal AbnormalReason Episode Deleted IsConfidential NumericOperator
        ProcessingId
    """.split(),
    "CareRecord_ObservationReferral": """
        ObservationGuid PatientGuid OrganisationGuid ReferralTargetOrganisationGuid ReferralUrgency
        ReferralServiceType ReferralMode ReferralReceivedDate ReferralReceivedTime ReferralEndDate
        ReferralSourceId ReferralSourceOrganisationGuid ReferralUBRN ReferralReasonCodeId
        ReferringCareProfessionalStaffGroupCodeId ReferralEpisodeRTTMeasurementTypeId
        ReferralEpisodeClosureDate ReferralEpisodeDischargeLetterIssuedDate ReferralClosureReasonCodeId
        TransportRequired ProcessingId
    """.split(),
    "CareRecord_Problem": """
        ObservationGuid PatientGuid OrganisationGuid ParentProblemObservationGuid Deleted Comment EndDate
        EndDatePrecision ExpectedDuration LastReviewDate LastReviewDatePrecision LastReviewUserInRoleGuid
        ParentProblemRelationship ProblemStatusDescription SignificanceDescription ProcessingId
    """.split(),
    "Coding_ClinicalCode": """
        CodeId Term ReadTermId SnomedCTConceptId SnomedCTDescriptionId NationalCode NationalCodeCategory
        NationalDescription EmisCodeCategoryDescription ProcessingId ParentCodeId
    """.split(),
    "Coding_DrugCode": """
        CodeId Term DmdProductCodeId BNFChapterRef ProcessingId
    """.split(),
    "Prescribing_DrugRecord": """
        DrugRecordGuid PatientGuid OrganisationGuid EffectiveDate EffectiveDatePrecision EnteredDate
        EnteredTime ClinicianUserInRoleGuid EnteredByUserInRoleGuid CodeId Dosage Quantity QuantityUnit
        ProblemObservationGuid PrescriptionType IsActive CancellationDate NumberOfIssues
        NumberOfIssuesAuthorised IsConfidential Deleted ExpiryDate ProcessingId
    """.split(),
    "Prescribing_IssueRecord": """
        IssueRecordGuid PatientGuid OrganisationGuid DrugRecordGuid EffectiveDate EffectiveDatePrecision
        EnteredDate EnteredTime ClinicianUserInRoleGuid EnteredByUserInRoleGuid CodeId Dosage Quantity
        QuantityUnit ProblemObservationGuid CourseDurationInDays EstimatedNhsCost IsConfidential EmisCode
        PatientMessage ScriptPharmacyStamp Compliance AverageCompliance IsPrescribedAsContraceptive
        IsPrivatelyPrescribed PharmacyMessage PharmacyText ConsultationGuid ExpiryDate ReviewDate
        IssueMethodDescription Deleted ProcessingId
    """.split(),
}
