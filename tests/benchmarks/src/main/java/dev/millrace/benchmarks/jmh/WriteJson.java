package dev.millrace.benchmarks.jmh;

import dev.millrace.events.Prediction;
import dev.millrace.events.Probabilities;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.apache.kafka.common.serialization.Serializer;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/** Writes a prediction with all its probabilities as JSON. */
@State(Scope.Thread)
public class WriteJson {

  private static final int TOP = 5;

  /** Number of classes of the model. */
  @Param({"10", "1000"})
  public int classes;

  private final Serializer<Prediction> serializer = Prediction.serde().serializer();
  private Prediction prediction;

  /** Creates the prediction. */
  @Setup
  public void prepare() {
    Random random = new Random(1);
    float[] values = new float[classes];
    float sum = 0;
    for (int i = 0; i < classes; i++) {
      values[i] = (float) Math.exp(3 * random.nextGaussian());
      sum += values[i];
    }
    for (int i = 0; i < classes; i++) {
      values[i] /= sum;
    }
    Probabilities probabilities = Probabilities.of(values);
    List<Prediction.Top> top = new ArrayList<>();
    for (int index : probabilities.top(TOP)) {
      top.add(new Prediction.Top(index, "class-" + index, probabilities.get(index)));
    }
    prediction =
        new Prediction(
            "image-123456",
            new Prediction.Model("resnet", 1, "0123456789abcdef".repeat(4)),
            top.get(0).label(),
            top.get(0).probability(),
            top,
            probabilities,
            new Prediction.Source("images", 3, 123_456));
  }

  @Benchmark
  public byte[] json() {
    return serializer.serialize("predictions", prediction);
  }
}
