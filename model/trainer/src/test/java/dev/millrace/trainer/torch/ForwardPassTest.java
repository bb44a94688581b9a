package dev.millrace.trainer.torch;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.core.resnet.Convolution;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.TensorOptions;
import org.bytedeco.pytorch.global.torch;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ForwardPassTest {

  private static final TensorOptions DOUBLE = new TensorOptions(torch.ScalarType.Double);
  private static final long[] NO_PADDING = {0, 0};
  private static final long[] ONE = {1, 1};

  @ParameterizedTest
  @ValueSource(ints = {1, 2})
  void pointwiseConvolution_equalsLibtorchs_inOutputAndGradients(int stride) {
    try (PointerScope scope = new PointerScope()) {
      Tensor input = learning(2, 24, 9, 7);
      Tensor weight = learning(16, 24, 1, 1);

      Tensor expected =
          torch.conv2d(
              input, weight, new TensorOptional(), new long[] {stride, stride}, NO_PADDING, ONE, 1);
      expected.square().sum().backward();
      Tensor inputGradient = input.grad().clone();
      Tensor weightGradient = weight.grad().clone();
      input.grad().zero_();
      weight.grad().zero_();

      Tensor output = ForwardPass.pointwise(input, weight, stride);
      output.square().sum().backward();

      assertClose(output, expected);
      assertClose(input.grad(), inputGradient);
      assertClose(weight.grad(), weightGradient);
    }
  }

  private static Tensor learning(long... shape) {
    Tensor tensor = torch.randn(shape, DOUBLE);
    var unused = tensor.set_requires_grad(true);
    return tensor;
  }

  private static void assertClose(Tensor actual, Tensor expected) {
    assertThat(actual.sizes().vec().get()).isEqualTo(expected.sizes().vec().get());
    assertThat(actual.sub(expected).abs().max().item_double()).isLessThan(1e-10);
    assertThat(expected.abs().max().item_double()).isPositive();
  }

  /** A bfloat16 has 8 bits of precision, so each rounding changes a value by at most 1 / 256. */
  @ParameterizedTest
  @CsvSource({"1, 1", "1, 2", "3, 1", "3, 2", "7, 2"})
  void convolutionInBfloat16_differsByRounding(int kernel, int stride) {
    try (PointerScope scope = new PointerScope()) {
      Tensor input = torch.rand(2, 24, 15, 13).contiguous(torch.MemoryFormat.ChannelsLast);
      Tensor weight = torch.rand(16, 24, kernel, kernel);
      var unused = weight.set_requires_grad(true);
      Convolution shape = new Convolution(24, 16, kernel, stride);

      Tensor expected = pass(weight, false).convolution("any", input, shape);
      expected.sum().backward();
      Tensor gradient = weight.grad().clone();
      weight.grad().zero_();
      Tensor output = pass(weight, true).convolution("any", input, shape);
      output.to(torch.ScalarType.Float).sum().backward();

      assertThat(output.scalar_type().intern()).isEqualTo(torch.ScalarType.BFloat16);
      assertThat(weight.grad().scalar_type().intern()).isEqualTo(torch.ScalarType.Float);
      assertThat(relative(output, expected)).isBetween(1e-6, 3.0 / 256);
      assertThat(relative(weight.grad(), gradient)).isBetween(1e-6, 3.0 / 256);
    }
  }

  private static ForwardPass pass(Tensor weight, boolean bf16) {
    return new ForwardPass(name -> weight, batchNorm -> true, 0.1, true, bf16);
  }

  /** Returns the largest difference relative to the expected values, which are positive. */
  private static double relative(Tensor actual, Tensor expected) {
    return actual.sub(expected).abs().div(expected).max().item_double();
  }

  /** With some of these numbers of channels, which are ResNet-50's, oneDNN can end the process. */
  @ParameterizedTest
  @CsvSource({"256, 1024", "512, 1024", "512, 2048", "1024, 512", "1024, 2048"})
  void pointwiseConvolution_ofResNet50_runsOnEachMachine(int from, int to) {
    try (PointerScope scope = new PointerScope()) {
      Tensor weight = torch.randn(to, from, 1, 1);
      Tensor input = torch.randn(16, from, 7, 7).contiguous(torch.MemoryFormat.ChannelsLast);
      var unused = weight.set_requires_grad(true);
      unused = input.set_requires_grad(true);
      ForwardPass pass = new ForwardPass(name -> weight, batchNorm -> true, 0.1, true);

      Tensor output = pass.convolution("1x1", input, new Convolution(from, to, 1, 1));
      output.sum().backward();

      assertThat(output.sizes().vec().get()).containsExactly(16, to, 7, 7);
      assertThat(input.grad().sizes().vec().get()).containsExactly(16, from, 7, 7);
    }
  }
}
