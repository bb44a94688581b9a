package dev.millrace.service.command.doctor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import dev.millrace.core.model.Device;
import dev.millrace.core.model.ModelException;
import dev.millrace.service.command.doctor.Finding.State;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Tests the findings on machines with a GPU, with some of the libraries missing, and without a GPU.
 */
class GpuChecksTest {

  private static final List<Device> CPU = List.of(Device.CPU);
  private static final List<Device> GPU = List.of(Device.parse("cuda:0"));

  @TempDir Path folder;

  @Test
  void machineWithoutGpu_isAllRight_whereNoneIsWanted() {
    List<Finding> findings = checks(Optional::empty).of(CPU);

    assertThat(findings)
        .extracting(Finding::check, Finding::state)
        .containsExactly(
            tuple("gpu driver", State.ABSENT),
            tuple("cuda provider", State.ABSENT),
            tuple("libcuda", State.ABSENT),
            tuple("libcudart", State.ABSENT),
            tuple("libcublas", State.ABSENT),
            tuple("libcublasLt", State.ABSENT),
            tuple("libcudnn", State.ABSENT),
            tuple("device cpu", State.OK));
    assertThat(findings).noneMatch(Finding::isFailure);
  }

  @Test
  void machineWithoutGpu_lacksEachThing_whereOneIsWanted() {
    List<Finding> findings = checks(Optional::empty).of(GPU);

    assertThat(findings)
        .filteredOn(finding -> !finding.check().startsWith("device "))
        .hasSize(7)
        .allMatch(Finding::isFailure);
    assertThat(findings)
        .extracting(Finding::detail)
        .contains(
            "no NVIDIA driver is loaded (" + folder.resolve("driver") + ")",
            "this is ONNX Runtime's CPU build",
            "libcudart.so.12 or libcudart.so.13 is not on the library path",
            "libcudnn.so.9 is not on the library path");
  }

  @Test
  void machineWithGpu_hasEachThing_ofEitherCuda() throws IOException {
    Files.createFile(folder.resolve("driver"));
    for (String library :
        List.of(
            "libcuda.so.1",
            "libcudart.so.13",
            "libcublas.so.12",
            "libcublasLt.so.13",
            "libcudnn.so.9")) {
      Files.createFile(folder.resolve(library));
    }
    Path provider = folder.resolve("libonnxruntime_providers_cuda.so");

    List<Finding> findings = checks(() -> Optional.of(provider)).of(GPU);

    assertThat(findings).extracting(Finding::state).containsOnly(State.OK);
    assertThat(findings)
        .extracting(Finding::check, Finding::detail)
        .contains(
            tuple("cuda provider", provider.toString()),
            tuple("libcudart", folder.resolve("libcudart.so.13").toString()),
            tuple("libcublas", folder.resolve("libcublas.so.12").toString()),
            tuple("device cuda:0", "runs a model"));
  }

  @Test
  void runtimeThatCannotBeRead_isToldInItsOwnWords() {
    GpuChecks checks =
        checks(
            () -> {
              throw new ModelException("ONNX Runtime does not load");
            });

    assertThat(provider(checks, CPU))
        .isEqualTo(Finding.absent("cuda provider", "ONNX Runtime does not load"));
    assertThat(provider(checks, GPU))
        .isEqualTo(Finding.missing("cuda provider", "ONNX Runtime does not load"));
  }

  @Test
  void deviceThatDoesNotWork_isAFailure_alsoIfItIsTheCpu() {
    assertThat(device("the trial failed"))
        .isEqualTo(Finding.missing("device cpu", "the trial failed"));
    assertThat(device(null)).isEqualTo(Finding.missing("device cpu", "thrown"));
  }

  private static Finding provider(GpuChecks checks, List<Device> wanted) {
    return checks.of(wanted).get(1);
  }

  /**
   * @param problem the problem that the trial of the device returns; null to throw an exception
   */
  private Finding device(String problem) {
    List<Finding> findings =
        new GpuChecks(
                folder.resolve("driver"),
                new SharedLibraries(List.of(), List.of()),
                Optional::empty,
                device -> {
                  if (problem == null) {
                    throw new ModelException("thrown");
                  }
                  return Optional.of(problem);
                })
            .of(CPU);
    return findings.get(findings.size() - 1);
  }

  private GpuChecks checks(Supplier<Optional<Path>> provider) {
    return new GpuChecks(
        folder.resolve("driver"),
        new SharedLibraries(List.of(folder), List.of()),
        provider,
        device -> Optional.empty());
  }
}
