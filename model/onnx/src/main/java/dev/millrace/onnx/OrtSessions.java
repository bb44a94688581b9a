package dev.millrace.onnx;

import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import ai.onnxruntime.OrtSession.SessionOptions;
import ai.onnxruntime.OrtSession.SessionOptions.ExecutionMode;
import ai.onnxruntime.OrtSession.SessionOptions.OptLevel;
import dev.millrace.core.model.Device;
import dev.millrace.core.model.ModelException;

/** Opens ONNX Runtime's sessions with this project's options. */
public final class OrtSessions {

  /**
   * The configuration key of the folder with the weights of a model that ONNX Runtime loads from
   * memory. Without this key, ONNX Runtime looks for the weights in the working directory.
   */
  private static final String WEIGHTS_FOLDER =
      "session.model_external_initializers_file_folder_path";

  /**
   * The configuration key that makes ONNX Runtime treat signed 8-bit weights above {@code ±64} as
   * unsigned weights. The kernels for unsigned weights are slower, but do not saturate. The key is
   * needed because ONNX Runtime does not check for VNNI itself.
   */
  private static final String UNSIGNED_WEIGHTS = "session.x64quantprecision";

  private static final boolean MAY_SATURATE = Processor.ofThisMachine().maySaturate();

  private OrtSessions() {}

  /**
   * Loads a model. A GPU that supports TF32 rounds the factors of float32 multiplications to TF32,
   * which is ONNX Runtime's default.
   *
   * @param model the bytes of an ONNX file that contains all of its weights
   * @param device the device to run on
   * @return a session that the caller closes
   * @throws ModelException if the model cannot be loaded or the device is not available
   */
  public static OrtSession open(byte[] model, Device device) {
    return open(new SerializedModel(model), device, true);
  }

  /**
   * Loads a model.
   *
   * @param model an ONNX file's bytes, and the folder of its weights if they are in other files
   * @param tf32 whether a GPU may round the factors of a float32 multiplication to TF32
   * @return a session that the caller closes
   * @throws ModelException if the model cannot be loaded or the device is not available
   */
  static OrtSession open(SerializedModel model, Device device, boolean tf32) {
    try (SessionOptions options = options(device, tf32)) {
      if (model.weights() != null) {
        options.addConfigEntry(WEIGHTS_FOLDER, model.weights().toAbsolutePath().toString());
      }
      return OrtLibrary.environment().createSession(model.bytes(), options);
    } catch (OrtException | RuntimeException e) {
      if (e instanceof ModelException explained) {
        throw explained;
      }
      throw new ModelException(explain(device, e), e);
    }
  }

  /**
   * Creates options with one thread for each run. Callers run several batches in parallel, which is
   * faster on a CPU than one batch on many threads. Spinning is turned off, because an idle thread
   * that spins would take a core away from the callers.
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
      if (MAY_SATURATE) {
        options.addConfigEntry(UNSIGNED_WEIGHTS, "1");
      }
      if (device.kind() == Device.Kind.CUDA) {
        CudaProvider.addTo(options, device, tf32);
      }
      return options;
    } catch (OrtException | RuntimeException e) {
      options.close();
      throw e;
    }
  }

  private static String explain(Device device, Exception failure) {
    return device.kind() == Device.Kind.CUDA && CudaProvider.isToBlame(failure)
        ? CudaProvider.explain(device, failure, "")
        : OrtFailure.ofModel(failure);
  }
}
