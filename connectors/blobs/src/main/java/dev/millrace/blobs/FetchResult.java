package dev.millrace.blobs;

/** The outcome of a fetch while the store works: the data, or a refusal. */
public sealed interface FetchResult permits Fetched, Refused {}
