package dev.millrace.benchmarks.gpu;

import dev.millrace.core.image.Preprocessing;
import dev.millrace.core.model.Labels;
import dev.millrace.core.model.ModelManifest;
import dev.millrace.core.repository.ModelRepository;
import dev.millrace.core.repository.ModelVersion;
import dev.millrace.core.resnet.HeInitialization;
import dev.millrace.core.resnet.ResNet;
import dev.millrace.onnx.ModelPreparation;
import dev.millrace.onnx.OnnxFormat;
import dev.millrace.onnx.ResNetOnnx;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;

/** Publishes ResNet-20 with random weights. */
final class Versions {

  static final int SIZE = 32;

  private static final ResNet NETWORK = ResNet.of("resnet20");
  private static final Preprocessing PREPROCESSING =
      new Preprocessing(
          SIZE, SIZE, List.of(0.485f, 0.456f, 0.406f), List.of(0.229f, 0.224f, 0.225f));
  private static final Labels LABELS =
      new Labels(IntStream.range(0, NETWORK.classes()).mapToObj(i -> "class-" + i).toList());

  private Versions() {}

  /** Publishes a version. Equal seeds produce equal weights. */
  static ModelVersion publish(Path repository, OnnxFormat format, long seed) {
    byte[] onnx = ResNetOnnx.write(NETWORK, HeInitialization.of(NETWORK, seed), format);
    return new ModelRepository(repository)
        .publish(
            "small",
            ModelPreparation.prepare(onnx, PREPROCESSING, LABELS).bytes(),
            PREPROCESSING,
            LABELS,
            new ModelManifest.Source("import", null, null));
  }
}
