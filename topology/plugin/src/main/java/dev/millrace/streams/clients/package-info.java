/**
 * The consumer, producer and admin client that {@link dev.millrace.streams.PromptClients} gives to
 * Kafka Streams. The consumer returns from a poll as soon as its thread can forward an answer. The
 * clients commit no offset beyond the records that polls have returned, and delete no record of a
 * repartition topic before its offset is committed.
 *
 * <p>How long a poll waits: {@link dev.millrace.streams.clients.PromptPoll}, {@link
 * dev.millrace.streams.clients.OwedAnswers} and {@link dev.millrace.streams.clients.BurstPace}. How
 * many records it returns: {@link dev.millrace.streams.clients.ShortPolls}. Which offsets may be
 * committed: {@link dev.millrace.streams.clients.ReturnedRecords}, {@link
 * dev.millrace.streams.clients.PromptProducer} and {@link
 * dev.millrace.streams.clients.CommittedOffsets}. Which partitions are paused: {@link
 * dev.millrace.streams.clients.HeldPartitions}. Which records are missing: {@link
 * dev.millrace.streams.clients.LostRecords} and {@link
 * dev.millrace.streams.clients.SkippedRecords}. When a thread must fail because its model is too
 * slow: {@link dev.millrace.streams.clients.OpenTransaction} and {@link
 * dev.millrace.streams.clients.MissedPolls}.
 */
package dev.millrace.streams.clients;
