package dev.millrace.trainer.torch;

import dev.millrace.core.resnet.Parameter;
import dev.millrace.core.weights.WeightTensor;
import dev.millrace.core.weights.Weights;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.pytorch.Device;
import org.bytedeco.pytorch.LongOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/**
 * Some of a network's tensors, stored one after the other in one flat tensor. An optimiser's step
 * or a copy then needs only one operation for all of these tensors. Each tensor is a view of its
 * part of the flat tensor.
 */
final class Parameters implements AutoCloseable {

  private final List<Parameter> shapes;
  private final Tensor flat;
  private final Map<String, Tensor> views = new LinkedHashMap<>();

  /**
   * Copies the values to the device.
   *
   * @param values the values under the parameters' names
   */
  Parameters(List<Parameter> shapes, Weights values, Device device) {
    this.shapes = List.copyOf(shapes);
    this.flat = kept(torch.empty(length(shapes)).to(device, torch.ScalarType.Float));
    set(values, flat);
    long start = 0;
    for (Parameter parameter : shapes) {
      views.put(parameter.name(), kept(view(flat, start, parameter)));
      start += parameter.count();
    }
  }

  private static long length(List<Parameter> shapes) {
    return shapes.stream().mapToLong(Parameter::count).sum();
  }

  private static Tensor view(Tensor flat, long start, Parameter parameter) {
    long[] shape = parameter.shape().stream().mapToLong(Integer::longValue).toArray();
    LongOptional from = new LongOptional(start);
    LongOptional to = new LongOptional(start + parameter.count());
    // The view is detached, so that it is a leaf of the autograd graph. The view shares the flat
    // tensor's memory.
    return flat.slice(0, from, to, 1).view(shape).detach();
  }

  /**
   * Keeps a tensor alive after the end of the scope that it was created in. The caller releases the
   * tensor.
   */
  private static Tensor kept(Tensor tensor) {
    return tensor.retainReference();
  }

  /**
   * Turns on gradients for all tensors. The gradients of all tensors accumulate in one flat tensor.
   *
   * @return the flat tensor of gradients, which the caller releases
   */
  Tensor trackGradients() {
    Tensor gradients = kept(torch.zeros_like(flat));
    long start = 0;
    for (Parameter parameter : shapes) {
      Tensor view = views.get(parameter.name()).set_requires_grad(true);
      view.mutable_grad().put(view(gradients, start, parameter));
      start += parameter.count();
    }
    return gradients;
  }

  Tensor flat() {
    return flat;
  }

  /** {@return the tensor with this name, or null if there is none} */
  Tensor get(String name) {
    return views.get(name);
  }

  boolean isEmpty() {
    return shapes.isEmpty();
  }

  /**
   * Copies values into a flat tensor.
   *
   * @param values the values under the parameters' names
   * @param into a flat tensor with the same layout as {@link #flat}
   */
  void set(Weights values, Tensor into) {
    FloatBuffer all = buffer(into.numel());
    shapes.forEach(parameter -> all.put(values.get(parameter.name()).values()));
    try (FloatPointer memory = new FloatPointer(all.rewind())) {
      into.copy_(torch.from_blob(memory, all.remaining()));
    }
  }

  /** {@return a copy of the values in a flat tensor that has the same layout as {@link #flat}} */
  Map<String, WeightTensor> read(Tensor laidOutAlike) {
    FloatBuffer all = buffer(laidOutAlike.numel());
    try (FloatPointer memory = new FloatPointer(all)) {
      torch.from_blob(memory, laidOutAlike.numel()).copy_(laidOutAlike);
    }
    Map<String, WeightTensor> tensors = new LinkedHashMap<>();
    int start = 0;
    for (Parameter parameter : shapes) {
      int count = Math.toIntExact(parameter.count());
      tensors.put(parameter.name(), new WeightTensor(parameter.shape(), all.slice(start, count)));
      start += count;
    }
    return tensors;
  }

  /** {@return a copy of a tensor's values, in the order of its dimensions} */
  static FloatBuffer copy(Tensor tensor) {
    FloatBuffer values = buffer(tensor.numel());
    try (FloatPointer memory = new FloatPointer(values)) {
      torch.from_blob(memory, tensor.numel()).copy_(tensor.contiguous().view(tensor.numel()));
    }
    return values;
  }

  static FloatBuffer buffer(long count) {
    return ByteBuffer.allocateDirect(Math.toIntExact(count * Float.BYTES))
        .order(ByteOrder.nativeOrder())
        .asFloatBuffer();
  }

  @Override
  public void close() {
    List<Tensor> all = new ArrayList<>(views.values());
    all.add(flat);
    all.forEach(Pointer::releaseReference);
  }
}
