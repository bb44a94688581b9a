package dev.millrace.onnx;

import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtProvider;
import dev.millrace.core.model.Device;
import dev.millrace.core.model.ModelException;
import dev.millrace.onnx.proto.TensorProto.DataType;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * The installed ONNX Runtime.
 *
 * @param version ONNX Runtime's version, for example {@code 1.28.0}
 * @param providers execution providers of the installed build, best first, for example {@code CUDA,
 *     CPU}
 * @param cudaLibrary path of the CUDA provider's library, if it exists
 */
public record OnnxRuntimeInfo(String version, List<String> providers, Optional<Path> cudaLibrary) {

  /**
   * Copies the list of providers.
   *
   * @param version ONNX Runtime's version, for example {@code 1.28.0}
   * @param providers execution providers of the installed build
   * @param cudaLibrary path of the CUDA provider's library, if it exists
   */
  public OnnxRuntimeInfo {
    providers = List.copyOf(providers);
  }

  /**
   * Loads the native library and reads its version and providers.
   *
   * @return the installed ONNX Runtime
   * @throws ModelException if the library cannot be loaded on this machine
   */
  public static OnnxRuntimeInfo read() {
    String version = OrtLibrary.environment().getVersion();
    List<String> providers =
        OrtEnvironment.getAvailableProviders().stream().map(OrtProvider::name).toList();
    return new OnnxRuntimeInfo(version, providers, CudaProvider.find());
  }

  /**
   * Tests a device by loading a tiny model on it.
   *
   * @param device the device
   * @return one line that says why the device can run no model, and what to do; empty if the device
   *     can run models
   */
  public static Optional<String> problemWith(Device device) {
    OnnxGraph smallest = new OnnxGraph("smallest");
    String input = smallest.input(Tensor.value("x", DataType.FLOAT, Tensor.BATCH, 1));
    smallest.node("Relu", "y", List.of(input));
    smallest.output(Tensor.value("y", DataType.FLOAT, Tensor.BATCH, 1));
    try {
      OrtSessions.open(smallest.model().toByteArray(), device).close();
      return Optional.empty();
    } catch (ModelException e) {
      return Optional.of(e.getMessage());
    } catch (OrtException e) {
      return Optional.of("device " + device + ": " + OrtFailure.line(e));
    }
  }
}
