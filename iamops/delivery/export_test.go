package delivery

// ReplaceFields is replaceFields, for the fuzz target.
var ReplaceFields = replaceFields
