package dev.millrace.tests.docker;

import dev.millrace.core.image.Preprocessing;
import dev.millrace.core.model.Labels;
import dev.millrace.core.model.ModelManifest;
import dev.millrace.core.repository.ModelRepository;
import dev.millrace.core.repository.ModelVersion;
import dev.millrace.core.resnet.HeInitialization;
import dev.millrace.core.resnet.ResNet;
import dev.millrace.onnx.ModelPreparation;
import dev.millrace.onnx.ResNetOnnx;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.IntStream;
import javax.imageio.ImageIO;

/** A generated model and generated images. */
final class Samples {

  private static final int SIZE = 32;
  private static final long SEED = 7;

  private Samples() {}

  /** Publishes a ResNet-20 with random weights, for ten classes. */
  static ModelVersion model(Path repository) {
    return model(repository, "resnet20");
  }

  /** Publishes the same network under another name. */
  static ModelVersion model(Path repository, String name) {
    Labels labels = new Labels(IntStream.range(0, 10).mapToObj(i -> "class-" + i).toList());
    Preprocessing preprocessing =
        new Preprocessing(
            SIZE, SIZE, List.of(0.485f, 0.456f, 0.406f), List.of(0.229f, 0.224f, 0.225f));
    ResNet network = ResNet.of("resnet20");
    byte[] onnx = ResNetOnnx.write(network, HeInitialization.of(network, SEED));
    return new ModelRepository(repository)
        .publish(
            name,
            ModelPreparation.prepare(onnx, preprocessing, labels).bytes(),
            preprocessing,
            labels,
            new ModelManifest.Source("import", null, null));
  }

  /** Returns PNG files of noise, by their keys. */
  static Map<String, byte[]> images(String prefix, int count) throws IOException {
    Random random = new Random(SEED);
    Map<String, byte[]> images = new LinkedHashMap<>();
    for (int i = 0; i < count; i++) {
      images.put(prefix + "/" + i + ".png", png(random));
    }
    return images;
  }

  /** Returns a JPEG file of noise. */
  static byte[] jpeg() throws IOException {
    return file("jpeg", new Random(SEED));
  }

  private static byte[] png(Random random) throws IOException {
    return file("png", random);
  }

  private static byte[] file(String format, Random random) throws IOException {
    BufferedImage image = new BufferedImage(SIZE, SIZE, BufferedImage.TYPE_INT_RGB);
    int[] pixels = random.ints((long) SIZE * SIZE, 0, 1 << 24).toArray();
    image.setRGB(0, 0, SIZE, SIZE, pixels, 0, SIZE);
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    if (!ImageIO.write(image, format, bytes)) {
      throw new IOException("this Java cannot write " + format);
    }
    return bytes.toByteArray();
  }
}
