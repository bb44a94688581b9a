package dev.millrace.service.command.doctor;

import dev.millrace.core.model.Device;
import dev.millrace.core.model.ModelException;
import dev.millrace.onnx.OnnxRuntimeInfo;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * Checks the GPU's driver, ONNX Runtime's CUDA provider, and each library that the provider loads.
 *
 * @param driver a file that exists if and only if the driver is loaded
 * @param libraries finds a library on the linker's search path
 * @param provider returns the path of the CUDA provider's library, or empty if ONNX Runtime is a
 *     CPU build; may throw a {@link ModelException}
 * @param trial tries a model on a device and returns the problem, or empty if the model runs; may
 *     throw a {@link ModelException}
 */
record GpuChecks(
    Path driver,
    SharedLibraries libraries,
    Supplier<Optional<Path>> provider,
    Function<Device, Optional<String>> trial) {

  /**
   * The libraries that the CUDA provider links. A row lists the names of one library in CUDA 12 and
   * in CUDA 13; one of these names is enough.
   */
  private static final List<List<String>> LIBRARIES =
      List.of(
          List.of("libcuda.so.1"),
          List.of("libcudart.so.12", "libcudart.so.13"),
          List.of("libcublas.so.12", "libcublas.so.13"),
          List.of("libcublasLt.so.12", "libcublasLt.so.13"),
          List.of("libcudnn.so.9"));

  static GpuChecks ofThisMachine() {
    return new GpuChecks(
        Path.of("/proc/driver/nvidia/version"),
        SharedLibraries.ofThisMachine(),
        () -> OnnxRuntimeInfo.read().cudaLibrary(),
        OnnxRuntimeInfo::problemWith);
  }

  /**
   * Runs all checks.
   *
   * @param wanted the devices that must work. If none of them is a GPU, a missing driver or library
   *     is not a failure
   * @return the findings, in the order of the checks
   */
  List<Finding> of(List<Device> wanted) {
    boolean needed = wanted.stream().anyMatch(device -> device.kind() == Device.Kind.CUDA);
    List<Finding> findings = new ArrayList<>();
    findings.add(ofDriver(needed));
    findings.add(ofProvider(needed));
    LIBRARIES.forEach(names -> findings.add(ofLibrary(names, needed)));
    wanted.forEach(device -> findings.add(ofDevice(device)));
    return findings;
  }

  private Finding ofDriver(boolean needed) {
    return Files.exists(driver)
        ? Finding.ok("gpu driver", "NVIDIA's driver is loaded")
        : lacking("gpu driver", "no NVIDIA driver is loaded (" + driver + ")", needed);
  }

  private Finding ofProvider(boolean needed) {
    try {
      return provider
          .get()
          .map(library -> Finding.ok("cuda provider", library.toString()))
          .orElseGet(() -> lacking("cuda provider", "this is ONNX Runtime's CPU build", needed));
    } catch (ModelException e) {
      return lacking("cuda provider", e.getMessage(), needed);
    }
  }

  private Finding ofLibrary(List<String> names, boolean needed) {
    String check = names.get(0).replaceAll("\\.so.*", "");
    return names.stream()
        .flatMap(name -> libraries.find(name).stream())
        .findFirst()
        .map(path -> Finding.ok(check, path.toString()))
        .orElseGet(
            () ->
                lacking(check, String.join(" or ", names) + " is not on the library path", needed));
  }

  private Finding ofDevice(Device device) {
    Optional<String> problem;
    try {
      problem = trial.apply(device);
    } catch (ModelException e) {
      problem = Optional.of(e.getMessage());
    }
    return problem
        .map(line -> Finding.missing("device " + device, line))
        .orElseGet(() -> Finding.ok("device " + device, "runs a model"));
  }

  private static Finding lacking(String check, String detail, boolean needed) {
    return needed ? Finding.missing(check, detail) : Finding.absent(check, detail);
  }
}
