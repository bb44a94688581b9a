package dev.millrace.trainer.torch;

import dev.millrace.core.resnet.Convolution;
import dev.millrace.core.resnet.MaxPooling;
import dev.millrace.core.resnet.NetworkBuilder;
import dev.millrace.core.resnet.ZeroPadding;
import java.util.function.BiConsumer;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.LongOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.global.torch;

/**
 * Computes a network's output for a batch, layer by layer.
 *
 * @param tensors the weights by their names
 * @param learning returns true for the name of a batch norm that normalises by the batch's
 *     statistics and updates the stored statistics. All other batch norms normalise by the stored
 *     statistics
 * @param momentum the weight of a batch's statistics in an update of the stored statistics
 * @param head whether to run the last layer; if false, the output is the last layer's input
 * @param bf16 whether to compute convolutions, and to keep the layers' outputs, in bfloat16. The
 *     last layer, and the mean over the pixels before it, are computed in float32
 * @param beforeNorm receives the name and the input of each batch norm, before the batch norm reads
 *     its tensors
 */
record ForwardPass(
    Function<String, Tensor> tensors,
    Predicate<String> learning,
    double momentum,
    boolean head,
    boolean bf16,
    BiConsumer<String, Tensor> beforeNorm)
    implements NetworkBuilder<Tensor> {

  /** The default epsilon of PyTorch's batch norms. */
  static final double EPSILON = 1e-5;

  /** The default momentum of PyTorch's batch norms. */
  static final double MOMENTUM = 0.1;

  private static final int CHANNEL = 1;
  private static final int HEIGHT = 2;
  private static final int WIDTH = 3;
  private static final long[] ONE = {1, 1};
  private static final boolean CUDNN = true;

  ForwardPass(
      Function<String, Tensor> tensors, Predicate<String> learning, double momentum, boolean head) {
    this(tensors, learning, momentum, head, false);
  }

  ForwardPass(
      Function<String, Tensor> tensors,
      Predicate<String> learning,
      double momentum,
      boolean head,
      boolean bf16) {
    this(tensors, learning, momentum, head, bf16, (name, input) -> {});
  }

  @Override
  public Tensor convolution(String name, Tensor input, Convolution shape) {
    Tensor weight = tensors.apply(name + ".weight");
    return bf16
        ? convolution(
            input.to(torch.ScalarType.BFloat16), weight.to(torch.ScalarType.BFloat16), shape)
        : convolution(input, weight, shape);
  }

  private static Tensor convolution(Tensor input, Tensor weight, Convolution shape) {
    if (shape.kernel() == 1 && TorchLibrary.POINTWISE_CONVOLUTION_CRASHES && !input.is_cuda()) {
      return pointwise(input, weight, shape.stride());
    }
    long[] stride = {shape.stride(), shape.stride()};
    long[] padding = {shape.padding(), shape.padding()};
    return torch.conv2d(input, weight, new TensorOptional(), stride, padding, ONE, 1);
  }

  /**
   * {@return a convolution with a kernel of 1x1, computed as a product of matrices}
   *
   * @param input images, of shape (images, channels, height, width)
   * @param weight of shape (output channels, channels, 1, 1)
   */
  static Tensor pointwise(Tensor input, Tensor weight, int stride) {
    Tensor pixels = everyPixel(input, stride).permute(0, HEIGHT, WIDTH, CHANNEL);
    Tensor output = torch.linear(pixels, weight.flatten(1, WIDTH), new TensorOptional());
    return output.permute(0, 3, 1, 2);
  }

  @Override
  public Tensor batchNorm(String name, Tensor input, int channels) {
    beforeNorm.accept(name, input);
    return torch.batch_norm(
        input,
        optional(name + ".weight"),
        optional(name + ".bias"),
        optional(name + ".running_mean"),
        optional(name + ".running_var"),
        learning.test(name),
        momentum,
        EPSILON,
        CUDNN);
  }

  private TensorOptional optional(String name) {
    return new TensorOptional(tensors.apply(name));
  }

  @Override
  public Tensor relu(String name, Tensor input) {
    return input.relu_(); // In place, because no other layer reads the input.
  }

  @Override
  public Tensor maxPool(String name, Tensor input, MaxPooling shape) {
    long[] kernel = {shape.kernel(), shape.kernel()};
    long[] stride = {shape.stride(), shape.stride()};
    long[] padding = {shape.padding(), shape.padding()};
    return torch.max_pool2d(input, kernel, stride, padding, ONE, false);
  }

  @Override
  public Tensor add(String name, Tensor residual, Tensor shortcut) {
    return residual.add_(shortcut);
  }

  @Override
  public Tensor zeroPad(String name, Tensor input, ZeroPadding shape) {
    Tensor pixels = everyPixel(input, shape.stride());
    return torch.constant_pad_nd(pixels, 0, 0, 0, 0, shape.before(), shape.after());
  }

  /**
   * Frees the block's input, and the outputs of the layers inside the block. In a training step,
   * autograd keeps what the backward pass reads. Other passes need far less memory. The innermost
   * scope must hold the input.
   */
  @Override
  public Tensor block(Tensor input, UnaryOperator<Tensor> layers) {
    PointerScope outer = PointerScope.getInnerScope();
    try (PointerScope inside = new PointerScope()) {
      Tensor output = layers.apply(input);
      outer.attach(output);
      outer.detach(input);
      return output;
    }
  }

  /** {@return each pixel whose row and column are multiples of {@code stride}} */
  private static Tensor everyPixel(Tensor input, int stride) {
    LongOptional all = new LongOptional();
    return input.slice(HEIGHT, all, all, stride).slice(WIDTH, all, all, stride);
  }

  @Override
  public Tensor globalAveragePool(String name, Tensor input) {
    Tensor pixels = bf16 ? input.to(torch.ScalarType.Float) : input;
    return pixels.mean(HEIGHT, WIDTH);
  }

  @Override
  public Tensor linear(String name, Tensor input, int from, int to) {
    return head ? last(name, input) : input;
  }

  /** {@return the output of a fully connected layer} */
  Tensor last(String name, Tensor input) {
    return torch.linear(input, tensors.apply(name + ".weight"), optional(name + ".bias"));
  }
}
