package dev.millrace.blobs;

/** The outcome of a fetch from a store that works: the data, or a refusal. */
public sealed interface FetchResult permits Fetched, Refused {}
