/**
 * The Kafka clients behind {@link dev.millrace.streams.PromptClients}: a consumer that returns from
 * a poll as soon as its thread can forward an answer, and guards that no offset is committed, and
 * no record deleted, before its answer was sent.
 *
 * <p>Each concern has a class. How long a poll waits: {@link
 * dev.millrace.streams.clients.PromptPoll}, {@link dev.millrace.streams.clients.OwedAnswers} and
 * {@link dev.millrace.streams.clients.BurstPace}. How many records it returns: {@link
 * dev.millrace.streams.clients.ShortPolls}. Which offsets may be committed: {@link
 * dev.millrace.streams.clients.ReturnedRecords} and {@link
 * dev.millrace.streams.clients.CommittedOffsets}. Which partitions are paused: {@link
 * dev.millrace.streams.clients.HeldPartitions}. Which records are missing: {@link
 * dev.millrace.streams.clients.LostRecords} and {@link
 * dev.millrace.streams.clients.SkippedRecords}. The package depends only on Kafka.
 */
package dev.millrace.streams.clients;
