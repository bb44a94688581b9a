package dev.millrace.benchmarks.contender;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.benchmarks.crayfish.CrayfishEvent;
import dev.millrace.benchmarks.crayfish.FeedForwardNetwork;
import dev.millrace.core.image.Preprocessing;
import dev.millrace.core.model.Device;
import dev.millrace.core.model.Labels;
import dev.millrace.core.model.ModelManifest;
import dev.millrace.core.repository.ModelRepository;
import dev.millrace.core.runtime.ModelSession;
import dev.millrace.onnx.ModelPreparation;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Tests that both programs of the part {@code crayfish} give the same answer to an event. */
class CrayfishAgreementTest {

  private static final int SIDE = FeedForwardNetwork.SIDE;
  private static final int CLASSES = FeedForwardNetwork.CLASSES;

  @TempDir Path folder;

  @Test
  void millrace_onAnEvent_givesTheProbabilitiesOfTheSameScores() throws Exception {
    byte[] onnx = FeedForwardNetwork.write();
    Random random = new Random(5);
    float[] values = new float[SIDE * SIDE];
    for (int i = 0; i < values.length; i++) {
      values[i] = random.nextInt(256) / 255f;
    }

    float[] expected;
    try (PointNetwork network = new PointNetwork(onnx)) {
      expected = softmax(network.scores(values));
    }

    assertThat(probabilities(onnx, new CrayfishEvent(0, values).json()))
        .containsExactly(expected, Offset.offset(1e-5f));
  }

  private float[] probabilities(byte[] onnx, byte[] event) {
    Preprocessing preprocessing =
        new Preprocessing(
            SIDE,
            SIDE,
            SIDE,
            Preprocessing.Fit.CROP,
            Preprocessing.Interpolation.BILINEAR,
            Preprocessing.Exif.APPLY,
            Preprocessing.Channels.GREY,
            Preprocessing.UNIT_SCALE,
            List.of(0f),
            List.of(1f));
    Labels labels = new Labels(IntStream.range(0, CLASSES).mapToObj(i -> "class-" + i).toList());
    ModelRepository repository = new ModelRepository(folder);
    repository.publish(
        "ffnn",
        ModelPreparation.prepare(onnx, preprocessing, labels).bytes(),
        preprocessing,
        labels,
        new ModelManifest.Source("import", null, null));
    ByteBuffer pixels = ByteBuffer.allocateDirect(preprocessing.bytes());
    Backend.POINTS.decoder().decode(event, preprocessing, pixels);
    FloatBuffer probabilities =
        ByteBuffer.allocateDirect(CLASSES * Float.BYTES)
            .order(ByteOrder.nativeOrder())
            .asFloatBuffer();
    try (ModelSession session =
        Backend.POINTS.runtime().open(repository.newest("ffnn"), Device.CPU)) {
      session.run(pixels, 1, probabilities);
    }
    float[] row = new float[CLASSES];
    probabilities.get(0, row);
    return row;
  }

  private static float[] softmax(float[] scores) {
    double sum = 0;
    for (float score : scores) {
      sum += Math.exp(score);
    }
    float[] probabilities = new float[scores.length];
    for (int i = 0; i < scores.length; i++) {
      probabilities[i] = (float) (Math.exp(scores[i]) / sum);
    }
    return probabilities;
  }
}
