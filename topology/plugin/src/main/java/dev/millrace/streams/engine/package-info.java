/**
 * The inference engine: forms batches of images from many partitions, runs them, and answers each
 * image. It does not depend on Kafka.
 *
 * <p>An image makes eight stops on its way from topic to topic:
 *
 * <ol>
 *   <li>Kafka Streams' consumer polls the record.
 *   <li>The image serde reads the value: an encoded image, or an unreadable event.
 *   <li>The inference processor submits the image to the {@link
 *       dev.millrace.streams.engine.InferenceEngine} and keeps the record's place in line.
 *   <li>{@link dev.millrace.streams.engine.Admission} takes the next slot of the open batch, and
 *       waits while every slot is taken. A batch leases the serving version when it opens.
 *   <li>A thread of the {@link dev.millrace.streams.engine.DecodePool} decodes the image into the
 *       pixels of its slot.
 *   <li>The {@link dev.millrace.streams.engine.RunQueue} gives the batch to a runner. By then, its
 *       images are decoded, and it is full, its linger has passed, or a commit waits.
 *   <li>A {@link dev.millrace.streams.engine.DeviceRunner} runs the version's session once for the
 *       whole batch and completes the answers. The batch returns and gives its lease back.
 *   <li>The stream thread forwards the prediction, in partition order.
 * </ol>
 *
 * <p>The {@link dev.millrace.streams.engine.BatchQueue} decides which batch comes next, at stop 4
 * and at stop 6. The {@link dev.millrace.streams.engine.EngineLock} guards it. Stops 1 to 4 and
 * stop 8 are on the stream thread, stop 5 is on a decode thread, and stops 6 and 7 are on a runner
 * thread.
 *
 * <p>A swap does not pass through these stops. {@link dev.millrace.streams.engine.ModelLoader}
 * opens the candidate's sessions, and {@link dev.millrace.streams.engine.WarmUp} runs them. {@link
 * dev.millrace.streams.engine.ServingVersion} changes one pointer. The last lease of the old {@link
 * dev.millrace.streams.engine.LoadedModel} closes its sessions.
 */
package dev.millrace.streams.engine;
