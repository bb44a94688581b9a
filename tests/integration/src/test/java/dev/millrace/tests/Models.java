package dev.millrace.tests;

import dev.millrace.core.image.Preprocessing;
import dev.millrace.core.model.Labels;
import dev.millrace.core.model.ModelManifest;
import dev.millrace.core.repository.ModelRepository;
import dev.millrace.core.repository.ModelVersion;
import dev.millrace.core.repository.Provenance;
import dev.millrace.core.resnet.HeInitialization;
import dev.millrace.core.resnet.ResNet;
import dev.millrace.onnx.ModelPreparation;
import dev.millrace.onnx.ResNetOnnx;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/** Publishes models to a repository. */
public final class Models {

  private static final List<Float> MEAN = List.of(0.485f, 0.456f, 0.406f);
  private static final List<Float> STD = List.of(0.229f, 0.224f, 0.225f);

  private Models() {}

  /** Publishes an ONNX file with ImageNet's normalisation. */
  public static ModelVersion publish(
      Path repository, String name, Path onnx, Path labels, int size, int resize)
      throws IOException {
    return publish(
        repository,
        name,
        Files.readAllBytes(onnx),
        Labels.read(labels),
        new Preprocessing(size, resize, MEAN, STD));
  }

  /** Returns preprocessing with ImageNet's normalisation and without a crop. */
  static Preprocessing preprocessing(int size) {
    return new Preprocessing(size, size, MEAN, STD);
  }

  /** Publishes a ResNet-20 with random weights, for images of 32x32 pixels and ten classes. */
  public static ModelVersion publishRandom(Path repository, String name) {
    return publishRandom(repository, name, ResNet.of("resnet20"), 1);
  }

  /** Publishes a network with random weights. Equal seeds produce equal weights. */
  public static ModelVersion publishRandom(
      Path repository, String name, ResNet network, long seed) {
    List<String> classes =
        IntStream.range(0, network.classes()).mapToObj(i -> "class-" + i).toList();
    return publish(
        repository,
        name,
        ResNetOnnx.write(network, HeInitialization.of(network, seed)),
        new Labels(classes),
        preprocessing(network.size()));
  }

  /** Publishes a ResNet-20 with random weights, whose manifest says how accurate it is. */
  static ModelVersion publishRandom(Path repository, String name, double accuracy) {
    ResNet network = ResNet.of("resnet20");
    Labels labels = new Labels(IntStream.range(0, 10).mapToObj(i -> "class-" + i).toList());
    Preprocessing preprocessing = preprocessing(network.size());
    byte[] onnx = ResNetOnnx.write(network, HeInitialization.of(network, 1));
    return new ModelRepository(repository)
        .publish(
            name,
            ModelPreparation.prepare(onnx, preprocessing, labels).bytes(),
            preprocessing,
            labels,
            new Provenance(
                new ModelManifest.Source("import", null, null),
                null,
                Map.of("accuracy", accuracy),
                null));
  }

  /** Publishes an ONNX file. */
  static ModelVersion publish(
      Path repository, String name, byte[] onnx, Labels labels, Preprocessing preprocessing) {
    return new ModelRepository(repository)
        .publish(
            name,
            ModelPreparation.prepare(onnx, preprocessing, labels).bytes(),
            preprocessing,
            labels,
            new ModelManifest.Source("import", null, null));
  }
}
