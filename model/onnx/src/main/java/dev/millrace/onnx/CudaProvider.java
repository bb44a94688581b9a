package dev.millrace.onnx;

import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtProvider;
import ai.onnxruntime.OrtSession.SessionOptions;
import ai.onnxruntime.providers.OrtCUDAProviderOptions;
import dev.millrace.core.model.Device;
import dev.millrace.core.model.ModelException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * ONNX Runtime's CUDA provider: a separate library that needs NVIDIA's libraries. If one of
 * NVIDIA's libraries is missing, ONNX Runtime only reports that loading failed. This class then
 * loads the provider's library again, because the message of the system's loader names the missing
 * library.
 */
final class CudaProvider {

  static final String LIBRARY = System.mapLibraryName("onnxruntime_providers_cuda");

  private static final String CORE_LIBRARY = System.mapLibraryName("onnxruntime");
  private static final Path MEMORY_MAP = Path.of("/proc/self/maps");
  private static final Pattern MISSING =
      Pattern.compile("([\\w.+-]+\\.so[.\\d]*): cannot open shared object file");

  /**
   * Matches the part of ONNX Runtime's message that states an error of NVIDIA's libraries. The
   * message also contains a position in ONNX Runtime's source code, which this pattern leaves out.
   */
  private static final Pattern FAILURE =
      Pattern.compile("CU(?:DA|DNN|BLAS|FFT) failure -?\\d+: [^;\\n]*");

  private static final String SPLIT = "fallback to CPU EP";

  private CudaProvider() {}

  /**
   * Configures sessions to run on an NVIDIA GPU only.
   *
   * @param tf32 whether the GPU may round the factors of float32 multiplications to TF32, which has
   *     eleven significant bits
   * @throws ModelException if a library is missing; the message names the library
   */
  static void addTo(SessionOptions options, Device device, boolean tf32) {
    if (!OrtEnvironment.getAvailableProviders().contains(OrtProvider.CUDA)) {
      throw new ModelException(noProvider(device));
    }
    try (OrtCUDAProviderOptions cuda = new OrtCUDAProviderOptions(device.index())) {
      cuda.add("use_tf32", tf32 ? "1" : "0");
      options.addCUDA(cuda);
      // Without this entry, a node that has no CUDA kernel would run on the CPU, without a warning.
      options.addConfigEntry("session.disable_cpu_ep_fallback", "1");
    } catch (OrtException e) {
      Optional<Path> library = find();
      throw new ModelException(
          library.isEmpty() ? noProvider(device) : explain(device, e, loaderSays(library.get())),
          e);
    }
  }

  /**
   * {@return the path of the CUDA provider's library in the folder from which ONNX Runtime's core
   * library was loaded; empty if there is no such file}
   */
  static Optional<Path> find() {
    try (Stream<String> mappings = Files.lines(MEMORY_MAP)) {
      return mappings
          .filter(mapping -> mapping.endsWith("/" + CORE_LIBRARY))
          .map(mapping -> Path.of(mapping.substring(mapping.indexOf('/'))))
          .map(core -> core.resolveSibling(LIBRARY))
          .filter(Files::exists)
          .findFirst();
    } catch (IOException e) {
      return Optional.empty(); // Not Linux: ONNX Runtime has no CUDA provider here.
    }
  }

  /** {@return whether CUDA, and not the model, caused the failure of a session} */
  static boolean isToBlame(Throwable failure) {
    String message = String.valueOf(failure.getMessage());
    return message.contains("CUDA") || message.contains(SPLIT) || FAILURE.matcher(message).find();
  }

  static String noProvider(Device device) {
    return "device "
        + device
        + ": "
        + LIBRARY
        + " is missing; this is ONNX Runtime's build for CPUs. Put the libraries of its GPU build"
        + " in a folder and name it with -Donnxruntime.native.path=FOLDER, or choose the device"
        + " cpu";
  }

  /**
   * {@return one line that says why the device cannot be used, and what to do}
   *
   * @param failure ONNX Runtime's exception
   * @param loaderMessage the message of the system's loader, or an empty text if there is none
   */
  static String explain(Device device, Throwable failure, String loaderMessage) {
    Matcher missing = MISSING.matcher(loaderMessage + "\n" + failure.getMessage());
    if (missing.find()) {
      return "device "
          + device
          + ": "
          + missing.group(1)
          + " is missing, but ONNX Runtime's CUDA provider needs it; install CUDA and cuDNN in the"
          + " major versions of that build and add their folders to LD_LIBRARY_PATH, or choose the"
          + " device cpu";
    }
    if (String.valueOf(failure.getMessage()).contains(SPLIT)) {
      return "device "
          + device
          + ": some of the model's nodes have no CUDA kernel, so it would run partly on the CPU;"
          + " export it without shapes computed inside the graph, or choose the device cpu";
    }
    Matcher said = FAILURE.matcher(String.valueOf(failure.getMessage()));
    return "device "
        + device
        + ": CUDA does not start: "
        + (said.find() ? said.group().strip() : OrtFailure.line(failure))
        + "; check with nvidia-smi that the driver and this GPU work, or choose the device cpu";
  }

  private static String loaderSays(Path library) {
    try {
      System.load(library.toString());
      return "";
    } catch (UnsatisfiedLinkError e) {
      return String.valueOf(e.getMessage());
    }
  }
}
