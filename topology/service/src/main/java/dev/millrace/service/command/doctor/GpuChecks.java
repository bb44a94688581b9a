package dev.millrace.service.command.doctor;

import dev.millrace.core.model.Device;
import dev.millrace.core.model.ModelException;
import dev.millrace.onnx.OnnxRuntimeInfo;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Looks at the GPU: its driver, ONNX Runtime's CUDA provider, and each library the provider loads,
 * by name.
 */
final class GpuChecks {

  private static final Path DRIVER = Path.of("/proc/driver/nvidia/version");

  /** What the provider links, for CUDA 12 and for CUDA 13; one of each row is enough. */
  private static final List<List<String>> LIBRARIES =
      List.of(
          List.of("libcuda.so.1"),
          List.of("libcudart.so.12", "libcudart.so.13"),
          List.of("libcublas.so.12", "libcublas.so.13"),
          List.of("libcublasLt.so.12", "libcublasLt.so.13"),
          List.of("libcudnn.so.9"));

  private GpuChecks() {}

  /**
   * @param wanted the devices that must work; without a GPU among them nothing here is a failure
   */
  static List<Finding> of(List<Device> wanted) {
    boolean needed = wanted.stream().anyMatch(device -> device.kind() == Device.Kind.CUDA);
    List<Finding> findings = new ArrayList<>();
    findings.add(
        Files.exists(DRIVER)
            ? Finding.ok("gpu driver", "NVIDIA's driver is loaded")
            : lacking("gpu driver", "no NVIDIA driver is loaded (" + DRIVER + ")", needed));
    findings.add(provider(needed));
    SharedLibraries libraries = SharedLibraries.ofThisMachine();
    for (List<String> names : LIBRARIES) {
      Optional<Path> found =
          names.stream().flatMap(name -> libraries.find(name).stream()).findFirst();
      findings.add(
          found
              .map(path -> Finding.ok(names.get(0).replaceAll("\\.so.*", ""), path.toString()))
              .orElseGet(
                  () ->
                      lacking(
                          names.get(0).replaceAll("\\.so.*", ""),
                          String.join(" or ", names) + " is nowhere on the library path",
                          needed)));
    }
    for (Device device : wanted) {
      Optional<String> problem = problemWith(device);
      findings.add(
          problem
              .map(line -> Finding.missing("device " + device, line))
              .orElseGet(() -> Finding.ok("device " + device, "runs a model")));
    }
    return findings;
  }

  private static Finding provider(boolean needed) {
    try {
      return OnnxRuntimeInfo.read()
          .cudaLibrary()
          .map(library -> Finding.ok("cuda provider", library.toString()))
          .orElseGet(() -> lacking("cuda provider", "this is ONNX Runtime's CPU build", needed));
    } catch (ModelException e) {
      return lacking("cuda provider", e.getMessage(), needed);
    }
  }

  private static Optional<String> problemWith(Device device) {
    try {
      return OnnxRuntimeInfo.problemWith(device);
    } catch (ModelException e) {
      return Optional.of(e.getMessage());
    }
  }

  private static Finding lacking(String check, String detail, boolean needed) {
    return needed ? Finding.missing(check, detail) : Finding.absent(check, detail);
  }
}
