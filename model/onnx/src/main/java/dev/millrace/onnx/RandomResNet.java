package dev.millrace.onnx;

import dev.millrace.onnx.proto.TensorProto.DataType;
import java.util.List;
import java.util.Random;

/**
 * Writes residual networks that have not learned anything yet: their weights are random, as
 * training would find them at its start, and bear the names that torchvision gives them.
 */
public final class RandomResNet {

  private static final int CHANNELS = 3;
  private static final int SIZE = 32;
  private static final int STAGES = 3;
  private static final int BLOCKS = 3;
  private static final int STEM_WIDTH = 16;

  private final OnnxGraph graph;
  private final RandomLayers layers;

  private RandomResNet(String name, long seed) {
    graph = new OnnxGraph(name);
    layers = new RandomLayers(graph, new Random(seed));
  }

  /**
   * The ResNet-20 for CIFAR-10 of He et al., "Deep Residual Learning for Image Recognition" (2015),
   * section 4.2, with projections where a shortcut changes its width (the paper's option B).
   *
   * @param classes number of classes
   * @param seed where the weights come from: the same seed gives the same bytes
   * @return an ONNX file that takes {@code input: float32[batch, 3, 32, 32]}, normalised, and
   *     answers {@code logits: float32[batch, classes]}
   */
  public static byte[] resnet20(int classes, long seed) {
    if (classes < 1) {
      throw new IllegalArgumentException("classes: " + classes + " is not above 0");
    }
    return new RandomResNet("resnet20", seed).write(classes);
  }

  private byte[] write(int classes) {
    String x =
        graph.input(Tensor.value("input", DataType.FLOAT, Tensor.BATCH, CHANNELS, SIZE, SIZE));
    x = layers.convolution("conv1", x, CHANNELS, STEM_WIDTH, 3, 1);
    x = layers.relu("relu", layers.batchNorm("bn1", x, STEM_WIDTH));
    int width = STEM_WIDTH;
    for (int stage = 0; stage < STAGES; stage++) {
      int wider = STEM_WIDTH << stage;
      for (int block = 0; block < BLOCKS; block++) {
        x = block("layer" + (stage + 1) + "." + block, x, width, wider);
        width = wider;
      }
    }
    x = graph.node("GlobalAveragePool", "avgpool", List.of(x));
    x = graph.node("Flatten", "flatten", List.of(x), Attribute.integer("axis", 1));
    layers.linear("fc", "logits", x, width, classes);
    graph.output(Tensor.value("logits", DataType.FLOAT, Tensor.BATCH, classes));
    return graph.model().toByteArray();
  }

  /** A basic block; where it widens it also halves the image's sides. */
  private String block(String name, String input, int width, int wider) {
    int stride = width == wider ? 1 : 2;
    String x = layers.convolution(name + ".conv1", input, width, wider, 3, stride);
    x = layers.relu(name + ".relu1", layers.batchNorm(name + ".bn1", x, wider));
    x = layers.convolution(name + ".conv2", x, wider, wider, 3, 1);
    x = layers.batchNorm(name + ".bn2", x, wider);
    String shortcut = input;
    if (stride != 1) {
      shortcut = layers.convolution(name + ".downsample.0", input, width, wider, 1, stride);
      shortcut = layers.batchNorm(name + ".downsample.1", shortcut, wider);
    }
    return layers.relu(name + ".relu2", graph.node("Add", name + ".add", List.of(x, shortcut)));
  }
}
