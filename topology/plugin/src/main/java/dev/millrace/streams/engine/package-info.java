/**
 * The inference engine: makes batches of images from many partitions, and answers of batches. Knows
 * nothing of Kafka.
 *
 * <p>The way of one image, from the topic and back, has eight stops; each class is entered once:
 *
 * <ol>
 *   <li>Kafka Streams' consumer polls the record.
 *   <li>The image serde names its value: an encoded image, or an unreadable one.
 *   <li>The inference processor submits the image to the {@link
 *       dev.millrace.streams.engine.InferenceEngine} and keeps its record in line.
 *   <li>{@link dev.millrace.streams.engine.Admission} waits until there is room, and takes the next
 *       slot of the open batch from the {@link dev.millrace.streams.engine.BatchQueue}. The first
 *       slot has the batch lease the serving version.
 *   <li>A thread of the {@link dev.millrace.streams.engine.DecodePool} decodes the image into its
 *       slot's pixels.
 *   <li>The {@link dev.millrace.streams.engine.RunQueue} gives the batch to a runner: when it is
 *       full and decoded, or when it has lingered.
 *   <li>A {@link dev.millrace.streams.engine.DeviceRunner} runs the version's session once for the
 *       whole batch and completes the answers. The batch returns, and with it the lease.
 *   <li>The processor's queue, back on the stream thread, forwards the prediction in partition
 *       order.
 * </ol>
 *
 * <p>Three threads take part after the stream thread has submitted: one decodes, one runs, and the
 * stream thread forwards. They hand the image over under one {@link
 * dev.millrace.streams.engine.EngineLock}.
 *
 * <p>A swap is a side path that never enters this walk: {@link
 * dev.millrace.streams.engine.ModelLoader} opens the sessions and {@link
 * dev.millrace.streams.engine.WarmUp} runs them, {@link dev.millrace.streams.engine.ServingVersion}
 * changes one pointer, and the last lease of the old {@link
 * dev.millrace.streams.engine.LoadedModel} closes its sessions.
 */
package dev.millrace.streams.engine;
