package dev.millrace.onnx.quantize;

import ai.onnxruntime.OnnxJavaType;
import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OnnxValue;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import dev.millrace.core.image.Preprocessing;
import dev.millrace.core.model.Device;
import dev.millrace.core.model.ModelException;
import dev.millrace.core.threads.Workers;
import dev.millrace.onnx.OrtFailure;
import dev.millrace.onnx.OrtLibrary;
import dev.millrace.onnx.OrtSessions;
import dev.millrace.onnx.Tensor;
import dev.millrace.onnx.proto.GraphProto;
import dev.millrace.onnx.proto.ModelProto;
import dev.millrace.onnx.proto.TensorProto.DataType;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;

/** The values of a network's activations for calibration images. */
final class Calibration {

  private final Map<String, Histogram> histograms = new ConcurrentHashMap<>();

  private Calibration() {}

  /**
   * Runs the float32 network, one image at a time, with the activations as outputs.
   *
   * @param activations the names of the activations
   * @throws ModelException if the network fails, or an activation is not finite
   */
  static Calibration of(
      Network network,
      Set<String> activations,
      List<byte[]> images,
      Preprocessing preprocessing,
      Workers workers) {
    Calibration calibration = new Calibration();
    activations.forEach(name -> calibration.histograms.put(name, new Histogram(name)));
    byte[] observed = withOutputs(network.model(), activations).toByteArray();
    try (OrtSession session = OrtSessions.open(observed, Device.CPU)) {
      workers.map(images, image -> calibration.add(session, image, preprocessing));
    } catch (OrtException e) {
      throw failed(e);
    }
    return calibration;
  }

  private static ModelProto withOutputs(ModelProto model, Set<String> activations) {
    GraphProto.Builder graph = model.getGraph().toBuilder().clearOutput();
    activations.forEach(name -> graph.addOutput(Tensor.shapeless(name, DataType.FLOAT)));
    return model.toBuilder().setGraph(graph).build();
  }

  private Void add(OrtSession session, byte[] image, Preprocessing preprocessing) {
    long[] shape = {1, preprocessing.height(), preprocessing.width(), Preprocessing.CHANNELS};
    String input = session.getInputNames().iterator().next();
    try (OnnxTensor pixels =
            OnnxTensor.createTensor(
                OrtLibrary.environment(),
                CalibrationImages.direct(image),
                shape,
                OnnxJavaType.UINT8);
        OrtSession.Result result = session.run(Map.of(input, pixels))) {
      for (Map.Entry<String, OnnxValue> output : result) {
        histograms.get(output.getKey()).add(((OnnxTensor) output.getValue()).getFloatBuffer());
      }
      return null;
    } catch (OrtException e) {
      throw failed(e);
    }
  }

  private static ModelException failed(OrtException e) {
    return new ModelException(
        "ONNX Runtime failed on a calibration image: " + OrtFailure.line(e), e);
  }

  /** {@return the scale of each activation} */
  Function<String, ActivationScale> scales(CalibrationMethod method) {
    Map<String, ActivationScale> known = new ConcurrentHashMap<>();
    return name ->
        known.computeIfAbsent(name, each -> ActivationScale.of(method.range(histograms.get(each))));
  }
}
