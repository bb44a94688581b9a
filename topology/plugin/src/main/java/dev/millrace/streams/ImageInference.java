package dev.millrace.streams;

import dev.millrace.core.image.ImageDecoder;
import dev.millrace.core.repository.ModelVersion;
import dev.millrace.core.runtime.ModelRuntime;
import dev.millrace.events.ImageEvent;
import dev.millrace.events.Prediction;
import dev.millrace.streams.engine.InferenceEngine;
import dev.millrace.streams.internals.CommitBarrier;
import dev.millrace.streams.internals.KafkaStreamsVersion;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Metrics;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Supplier;
import org.apache.kafka.streams.state.StoreBuilder;

/**
 * Classifies a stream of images: an {@link Inference} from image events to predictions.
 *
 * <pre>{@code
 * try (var inference = ImageInference.<String>with(InferenceConfig.of(Path.of("models"), "resnet20"))) {
 *   builder.stream("images", Consumed.with(Serdes.String(), ImageEvent.serde()))
 *       .processValues(inference)
 *       .to("predictions", Produced.with(Serdes.String(), Prediction.serde()));
 *   // build and run KafkaStreams, close it before this block ends
 * }
 * }</pre>
 *
 * <p>For values of any other type, use {@link #builder(InferenceConfig, Function)}. For settings
 * that have no parameter in {@code with}, use either {@code builder} method.
 *
 * @param <K> the type of the keys: String, UTF-8 bytes, or a type whose {@code toString} identifies
 *     the image. The key becomes the prediction's id
 */
public final class ImageInference<K> extends Inference<K, ImageEvent, Prediction> {

  ImageInference(InferenceConfig config, Function<Optional<ModelVersion>, InferenceEngine> start) {
    this(config, start, CommitBarrier.builder("millrace-" + config.model() + "-barrier"));
  }

  /**
   * Creates the processor with the caller's own engine.
   *
   * @param start starts an engine, as in {@link SharedEngine}; the engine's clock must be {@link
   *     System#nanoTime}
   * @param barrier builds the store that makes commits wait for the images in flight
   */
  ImageInference(
      InferenceConfig config,
      Function<Optional<ModelVersion>, InferenceEngine> start,
      StoreBuilder<CommitBarrier> barrier) {
    super(config, ValueMapping.ofEvents(), new SharedEngine(start), barrier);
  }

  private ImageInference(InferenceBuilder<K, ImageEvent, Prediction> builder) {
    super(builder, KafkaStreamsVersion.running());
  }

  /**
   * Creates a processor that runs models with ONNX Runtime, decodes images with OpenCV, and
   * publishes its metrics in Micrometer's global registry. Loads nothing yet.
   *
   * @param config the model and how to serve it
   * @param <K> the type of the keys
   * @return the processor; the caller closes it after the Kafka Streams client
   * @throws UnsupportedOperationException if the version of Kafka Streams is too old
   */
  public static <K> ImageInference<K> with(InferenceConfig config) {
    return with(config, Metrics.globalRegistry);
  }

  /**
   * Creates a processor that runs models with ONNX Runtime, decodes images with OpenCV, and
   * publishes its metrics in a registry. Loads nothing yet.
   *
   * @param config the model and how to serve it
   * @param registry receives the metrics; the caller keeps and closes it
   * @param <K> the type of the keys
   * @return the processor; the caller closes it after the Kafka Streams client
   * @throws UnsupportedOperationException if the version of Kafka Streams is too old
   */
  public static <K> ImageInference<K> with(InferenceConfig config, MeterRegistry registry) {
    return new ImageInference<>(ImageInference.<K>builder(config).registry(registry));
  }

  /**
   * Creates a processor with the caller's own runtime and decoders, for example in a test without
   * native libraries. Loads nothing yet.
   *
   * @param config the model and how to serve it
   * @param runtime loads models on the thread that starts the engine or swaps the version, and runs
   *     them on threads of the engine
   * @param decoders creates a decoder; called when the engine starts, on each decode thread, and
   *     again after a decoder has failed. If the first call fails, the start fails
   * @param registry receives the metrics; the caller keeps and closes it
   * @param <K> the type of the keys
   * @return the processor; the caller closes it after the Kafka Streams client
   * @throws UnsupportedOperationException if the version of Kafka Streams is too old
   */
  public static <K> ImageInference<K> with(
      InferenceConfig config,
      ModelRuntime runtime,
      Supplier<ImageDecoder> decoders,
      MeterRegistry registry) {
    return new ImageInference<>(
        ImageInference.<K>builder(config).runtime(runtime, decoders).registry(registry));
  }

  /**
   * Creates a builder of a processor from image events to predictions.
   *
   * @param config the model and how to serve it
   * @param <K> the type of the keys
   * @return the builder
   */
  public static <K> InferenceBuilder<K, ImageEvent, Prediction> builder(InferenceConfig config) {
    return new InferenceBuilder<>(config, ValueMapping.ofEvents());
  }

  /**
   * Creates a builder of a processor for values of any type. If the output values are not
   * predictions either, see {@link InferenceBuilder#result}:
   *
   * <pre>{@code
   * ImageInference.<String, Photo>builder(config, Photo::jpeg)
   *     .result((photo, prediction) -> photo.withLabel(prediction.label()))
   *     .build()
   * }</pre>
   *
   * @param config the model and how to serve it
   * @param image returns the encoded image of a value that is not null. Null or an empty array
   *     means that the value has no image. A {@link dev.millrace.core.image.BadImageException}
   *     refuses the record; any other exception is a failure of this processor. Called on the
   *     stream thread, which should not wait. Another thread decodes the array, so the array must
   *     not change before the result is made. Do not use an array for more than one record
   * @param <K> the type of the keys
   * @param <V> the type of the values
   * @return the builder
   */
  public static <K, V> InferenceBuilder<K, V, Prediction> builder(
      InferenceConfig config, Function<? super V, byte[]> image) {
    return new InferenceBuilder<>(config, ValueMapping.of(image));
  }
}
