package dev.millrace.onnx.quantize;

import dev.millrace.core.image.Preprocessing;
import dev.millrace.core.model.Labels;
import dev.millrace.core.resnet.ResNet;
import dev.millrace.onnx.ModelPreparation;
import dev.millrace.onnx.Networks;
import dev.millrace.onnx.OnnxFormat;
import dev.millrace.onnx.ResNetOnnx;
import dev.millrace.onnx.proto.GraphProto;
import dev.millrace.onnx.proto.ModelProto;
import dev.millrace.onnx.proto.NodeProto;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/** A narrow ResNet with random weights, prepared for serving, and images for it. */
final class SmallNetwork {

  static final ResNet NETWORK = Networks.narrow("resnet18");
  static final Preprocessing PREPROCESSING =
      new Preprocessing(32, 32, List.of(0.5f, 0.4f, 0.3f), List.of(0.2f, 0.25f, 0.3f));
  static final Labels LABELS = new Labels(List.of("a", "b", "c", "d", "e"));

  private SmallNetwork() {}

  /** Returns the network with its batch norms, prepared for serving. */
  static byte[] prepared() {
    return prepared(OnnxFormat.EXACT);
  }

  static byte[] prepared(OnnxFormat format) {
    byte[] exported = ResNetOnnx.write(NETWORK, Networks.weights(NETWORK), format);
    return ModelPreparation.prepare(exported, PREPROCESSING, LABELS).bytes();
  }

  /**
   * Returns the exported network, in which a convolution computes the logits instead of a matrix
   * product.
   */
  static byte[] withConvolutionOfLogits() throws IOException {
    ModelProto.Builder model =
        ModelProto.parseFrom(ResNetOnnx.write(NETWORK, Networks.weights(NETWORK), OnnxFormat.EXACT))
            .toBuilder();
    GraphProto.Builder graph = model.getGraphBuilder();
    int gemm = graph.getNodeCount() - 1;
    NodeProto flatten = graph.getNode(gemm - 1);
    NodeProto logits = graph.getNode(gemm);
    graph.getInitializerBuilderList().stream()
        .filter(weight -> weight.getName().equals(logits.getInput(1)))
        .forEach(weight -> weight.addDims(1).addDims(1));
    graph.setNode(
        gemm - 1,
        logits.toBuilder()
            .setOpType("Conv")
            .clearAttribute()
            .setInput(0, flatten.getInput(0))
            .setOutput(0, "map"));
    graph.setNode(gemm, flatten.toBuilder().setInput(0, "map").setOutput(0, logits.getOutput(0)));
    return model.build().toByteArray();
  }

  /** Returns blurred noise, so that the images differ in more than their texture. */
  static List<byte[]> images(int count) {
    return images(count, PREPROCESSING.width());
  }

  static List<byte[]> images(int count, int size) {
    Random random = new Random(7);
    List<byte[]> images = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      byte[] pixels = new byte[size * size * Preprocessing.CHANNELS];
      int[] colour = {random.nextInt(200), random.nextInt(200), random.nextInt(200)};
      for (int p = 0; p < pixels.length; p++) {
        pixels[p] = (byte) (colour[p % 3] + random.nextInt(56));
      }
      images.add(pixels);
    }
    return images;
  }
}
