package dev.millrace.benchmarks.contender;

import dev.millrace.core.image.ImageDecoder;
import dev.millrace.core.model.Device;
import dev.millrace.core.repository.ModelRepository;
import dev.millrace.core.repository.ModelVersion;
import dev.millrace.core.runtime.ModelSession;
import dev.millrace.events.Prediction;
import dev.millrace.streams.PredictionFormat;
import dev.millrace.streams.engine.Classification;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.common.serialization.Serializer;

/**
 * The parts of Millrace that the compared alternatives to Millrace also use: the decoder, the
 * session that runs the model, and the JSON writer. All threads share one loaded model. Each thread
 * has its own {@link Worker} with a decoder and buffers.
 */
final class Classifier implements AutoCloseable {

  private static final PredictionFormat FORMAT = new PredictionFormat(5, true);

  private final ModelVersion version;
  private final ModelSession session;
  private final Backend backend;
  private final int maxBatchSize;
  private final ThreadLocal<Worker> workers = ThreadLocal.withInitial(Worker::new);

  Classifier(Settings settings) {
    version = new ModelRepository(settings.repository()).newest(settings.model());
    backend = settings.backend();
    session = backend.runtime().open(version, Device.CPU);
    maxBatchSize = settings.maxBatchSize();
  }

  /** An encoded image with the key and the source (topic, partition and offset) of its record. */
  record Image(byte[] key, byte[] encoded, Prediction.Source source) {}

  /**
   * Classifies at most {@code maxBatchSize} images in one batch, and returns their predictions as
   * JSON in the order of the images.
   */
  List<byte[]> classify(List<Image> images) {
    return workers.get().classify(images);
  }

  byte[] classify(Image image) {
    return classify(List.of(image)).get(0);
  }

  private final class Worker {
    private final ImageDecoder decoder = backend.decoder();
    private final int bytes = version.manifest().preprocessing().bytes();
    private final ByteBuffer pixels = ByteBuffer.allocateDirect(maxBatchSize * bytes);
    private final FloatBuffer probabilities =
        ByteBuffer.allocateDirect(maxBatchSize * session.classes() * Float.BYTES)
            .order(ByteOrder.nativeOrder())
            .asFloatBuffer();
    private final Serializer<Prediction> json = Prediction.serde().serializer();

    List<byte[]> classify(List<Image> images) {
      for (int i = 0; i < images.size(); i++) {
        decoder.decode(
            images.get(i).encoded(),
            version.manifest().preprocessing(),
            pixels.slice(i * bytes, bytes));
      }
      session.run(pixels, images.size(), probabilities);
      List<byte[]> predictions = new ArrayList<>(images.size());
      for (int i = 0; i < images.size(); i++) {
        float[] row = new float[session.classes()];
        probabilities.get(i * row.length, row);
        Image image = images.get(i);
        predictions.add(
            json.serialize(
                null,
                FORMAT.prediction(image.key(), image.source(), new Classification(version, row))));
      }
      return predictions;
    }
  }

  @Override
  public void close() {
    session.close();
  }
}
