package dev.millrace.benchmarks.part;

import dev.millrace.core.image.ImageDecoder;
import dev.millrace.core.image.ImageLimits;
import dev.millrace.core.model.Device;
import dev.millrace.core.model.Labels;
import dev.millrace.core.model.ModelManifest;
import dev.millrace.core.repository.ModelRepository;
import dev.millrace.core.repository.ModelVersion;
import dev.millrace.core.runtime.ModelSession;
import dev.millrace.decode.OpenCvImageDecoder;
import dev.millrace.onnx.OnnxModelRuntime;
import dev.millrace.onnx.Processor;
import dev.millrace.onnx.quantize.CalibrationImages;
import dev.millrace.onnx.quantize.Quantizer;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.List;

/**
 * A version of the lab's repository, and its quantised version, which was calibrated with half of
 * the pictures. On processors without VNNI its weights have 7 bits, because ONNX Runtime's fast
 * kernels would saturate with 8.
 *
 * @param model the name of the quantised model in the lab's repository
 * @param loss the share of the other pictures to which the versions give different answers, in
 *     points
 */
record QuantizedNetwork(String model, double loss) {

  private static final int BOTH = 2;
  private static final double ANY_LOSS = 100;

  /**
   * Quantises the newest version of a model, and publishes it as the model {@code NAME-int8}.
   *
   * @param pictures encoded images, at least twice as many as a calibration needs
   */
  static QuantizedNetwork of(Bench bench, String name, List<byte[]> pictures) {
    ModelRepository repository = new ModelRepository(bench.lab().repository());
    ModelVersion version = repository.newest(name);
    byte[] float32 = version.readVerified();
    List<byte[]> pixels = decoded(version, pictures);
    int half = pixels.size() / BOTH;
    byte[] int8;
    try (Quantizer quantizer =
        new Quantizer(
            float32,
            version.manifest().preprocessing(),
            version.labels(),
            new CalibrationImages(pixels.subList(0, half), List.of()),
            new Quantizer.Settings(Processor.ofThisMachine().maySaturate(), ANY_LOSS),
            line -> bench.progress("%s: %s", name, line))) {
      int8 = quantizer.quantize().bytes();
    }
    String model = name + "-int8";
    repository.publish(
        model,
        int8,
        version.manifest().preprocessing(),
        version.labels(),
        new ModelManifest.Source("quantization", null, version.sha256()));
    return new QuantizedNetwork(
        model, loss(version, float32, int8, pixels.subList(half, pixels.size())));
  }

  private static List<byte[]> decoded(ModelVersion version, List<byte[]> pictures) {
    ByteBuffer buffer = ByteBuffer.allocateDirect(version.manifest().preprocessing().bytes());
    List<byte[]> pixels = new ArrayList<>();
    try (ImageDecoder decoder = new OpenCvImageDecoder(ImageLimits.DEFAULT)) {
      for (byte[] picture : pictures) {
        decoder.decode(picture, version.manifest().preprocessing(), buffer.clear());
        byte[] image = new byte[buffer.capacity()];
        buffer.get(0, image);
        pixels.add(image);
      }
    }
    return pixels;
  }

  private static double loss(
      ModelVersion version, byte[] float32, byte[] int8, List<byte[]> pixels) {
    List<Integer> before = answers(version, float32, pixels);
    List<Integer> after = answers(version, int8, pixels);
    int different = 0;
    for (int i = 0; i < pixels.size(); i++) {
      different += before.get(i).equals(after.get(i)) ? 0 : 1;
    }
    return 100.0 * different / pixels.size();
  }

  private static List<Integer> answers(ModelVersion version, byte[] model, List<byte[]> pixels) {
    Labels labels = version.labels();
    List<Integer> answers = new ArrayList<>();
    FloatBuffer scores =
        ByteBuffer.allocateDirect(labels.size() * Float.BYTES)
            .order(ByteOrder.nativeOrder())
            .asFloatBuffer();
    try (ModelSession session =
        OnnxModelRuntime.open(model, Device.CPU, version.manifest().preprocessing(), labels)) {
      for (byte[] image : pixels) {
        session.run(ByteBuffer.allocateDirect(image.length).put(image).rewind(), 1, scores);
        int top = 0;
        for (int i = 1; i < labels.size(); i++) {
          top = scores.get(i) > scores.get(top) ? i : top;
        }
        answers.add(top);
      }
    }
    return answers;
  }
}
