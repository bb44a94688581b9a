/**
 * The inference engine: makes batches of images from many partitions, and answers of batches. Knows
 * nothing of Kafka.
 *
 * <p>One image makes eight stops on its way from topic to topic. One class is in charge of each:
 *
 * <ol>
 *   <li>Kafka Streams' consumer polls the record.
 *   <li>The image serde names its value: an encoded image, or an unreadable one.
 *   <li>The inference processor submits the image to the {@link
 *       dev.millrace.streams.engine.InferenceEngine} and keeps the record's place in line.
 *   <li>{@link dev.millrace.streams.engine.Admission} takes the next slot of the open batch, and
 *       waits for one if need be. A batch leases the serving version when it opens.
 *   <li>A thread of the {@link dev.millrace.streams.engine.DecodePool} decodes the image into the
 *       pixels of its slot.
 *   <li>The {@link dev.millrace.streams.engine.RunQueue} gives the batch to a runner, once it is
 *       decoded and is full, has lingered, or a commit waits.
 *   <li>A {@link dev.millrace.streams.engine.DeviceRunner} runs the version's session once for the
 *       whole batch and completes the answers. The batch returns, and gives its lease back.
 *   <li>The stream thread forwards the prediction, in partition order.
 * </ol>
 *
 * <p>The {@link dev.millrace.streams.engine.BatchQueue} decides for the fourth and the sixth stop
 * which batch is next, and the {@link dev.millrace.streams.engine.EngineLock} guards it. The stream
 * thread makes the first four stops and the last one; a decode thread and a runner thread make the
 * others.
 *
 * <p>A swap is a side path that never enters this walk: {@link
 * dev.millrace.streams.engine.ModelLoader} opens the sessions and {@link
 * dev.millrace.streams.engine.WarmUp} runs them, {@link dev.millrace.streams.engine.ServingVersion}
 * changes one pointer, and the last lease of the old {@link
 * dev.millrace.streams.engine.LoadedModel} closes its sessions.
 */
package dev.millrace.streams.engine;
