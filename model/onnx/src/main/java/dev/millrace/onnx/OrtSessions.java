package dev.millrace.onnx;

import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import ai.onnxruntime.OrtSession.SessionOptions;
import ai.onnxruntime.OrtSession.SessionOptions.ExecutionMode;
import ai.onnxruntime.OrtSession.SessionOptions.OptLevel;
import dev.millrace.core.model.Device;
import dev.millrace.core.model.ModelException;
import java.nio.file.Path;

/** Opens ONNX Runtime's sessions with this project's options. */
final class OrtSessions {

  private OrtSessions() {}

  /**
   * Loads a model. A GPU that supports TF32 rounds the factors of float32 multiplications to TF32,
   * which is ONNX Runtime's default.
   */
  static OrtSession open(byte[] model, Device device) {
    return open(model, device, true);
  }

  /**
   * Loads a model.
   *
   * @param model an ONNX file's bytes, without external data
   * @param tf32 whether a GPU may round the factors of a float32 multiplication to TF32
   * @return a session that the caller closes
   * @throws ModelException if the model cannot be loaded or the device is not available
   */
  static OrtSession open(byte[] model, Device device, boolean tf32) {
    return open(device, tf32, options -> OrtLibrary.environment().createSession(model, options));
  }

  /**
   * Loads a model from its file. ONNX Runtime finds weights in other files only if it loads the
   * model's file itself.
   *
   * @param file an ONNX file
   * @return a session that the caller closes
   * @throws ModelException if the model cannot be loaded or the device is not available
   */
  static OrtSession open(Path file, Device device) {
    return open(
        device, true, options -> OrtLibrary.environment().createSession(file.toString(), options));
  }

  private static OrtSession open(Device device, boolean tf32, Loader loader) {
    try (SessionOptions options = options(device, tf32)) {
      return loader.load(options);
    } catch (OrtException | RuntimeException e) {
      if (e instanceof ModelException explained) {
        throw explained;
      }
      throw new ModelException(explain(device, e), e);
    }
  }

  /**
   * Each run uses one thread. Callers run several batches in parallel, because on a CPU this is
   * faster than one batch on many threads. Spinning is turned off, because an idle thread that
   * spins would take a core from the callers.
   */
  private static SessionOptions options(Device device, boolean tf32) throws OrtException {
    OrtLibrary.environment();
    SessionOptions options = new SessionOptions();
    try {
      options.setOptimizationLevel(OptLevel.ALL_OPT);
      options.setExecutionMode(ExecutionMode.SEQUENTIAL);
      options.setIntraOpNumThreads(1);
      options.setInterOpNumThreads(1);
      options.addConfigEntry("session.intra_op.allow_spinning", "0");
      options.setSessionLogLevel(OrtLibrary.LOG_LEVEL);
      if (device.kind() == Device.Kind.CUDA) {
        CudaProvider.addTo(options, device, tf32);
      }
      return options;
    } catch (OrtException | RuntimeException e) {
      options.close();
      throw e;
    }
  }

  /** Loads a model with the options. */
  private interface Loader {
    OrtSession load(SessionOptions options) throws OrtException;
  }

  private static String explain(Device device, Exception failure) {
    return device.kind() == Device.Kind.CUDA && CudaProvider.isToBlame(failure)
        ? CudaProvider.explain(device, failure, "")
        : OrtFailure.ofModel(failure);
  }
}
