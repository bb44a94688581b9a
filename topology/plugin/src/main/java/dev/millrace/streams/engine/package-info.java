/**
 * The inference engine: forms batches of images from many partitions, runs them, and answers each
 * image. It does not depend on Kafka.
 *
 * <p>An image goes through eight steps on its way from topic to topic:
 *
 * <ol>
 *   <li>Kafka Streams' consumer polls the record.
 *   <li>The image serde reads the value: an encoded image, or an unreadable event.
 *   <li>The inference processor submits the image to the {@link
 *       dev.millrace.streams.engine.InferenceEngine} and appends the record to its task's queue.
 *   <li>{@link dev.millrace.streams.engine.Admission} takes the next slot of the open batch, and
 *       waits while every slot is taken. A batch leases the serving version when it opens.
 *   <li>A thread of the {@link dev.millrace.streams.engine.DecodePool} decodes the image into the
 *       pixels of its slot.
 *   <li>The {@link dev.millrace.streams.engine.RunQueue} gives the batch to a runner when the batch
 *       is closed and all of its images are decoded. A batch closes when it is full or when its
 *       linger (the longest wait for a batch to fill) has passed. A batch also closes if a commit
 *       waits while no other batch runs.
 *   <li>A {@link dev.millrace.streams.engine.DeviceRunner} runs the version's session once for the
 *       whole batch and completes the answers. The batch returns to the queue, and its lease is
 *       given back.
 *   <li>The stream thread forwards the prediction, in partition order.
 * </ol>
 *
 * <p>The {@link dev.millrace.streams.engine.BatchQueue} decides which batch an image joins (step
 * 4), and which batch runs next (step 6). The {@link dev.millrace.streams.engine.EngineLock} guards
 * the queue. The stream thread does steps 1 to 4 and step 8. A decode thread does step 5. A runner
 * thread does steps 6 and 7.
 *
 * <p>A swap does not go through these steps. {@link dev.millrace.streams.engine.ModelLoader} opens
 * the candidate's sessions, and {@link dev.millrace.streams.engine.WarmUp} runs them. {@link
 * dev.millrace.streams.engine.ServingVersion} then changes one pointer. When the last lease of the
 * old {@link dev.millrace.streams.engine.LoadedModel} is given back, the old version's sessions
 * close.
 */
package dev.millrace.streams.engine;
