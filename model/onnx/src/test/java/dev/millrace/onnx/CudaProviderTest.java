package dev.millrace.onnx;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.core.model.Device;
import org.junit.jupiter.api.Test;

/**
 * Tests how {@link CudaProvider} explains error messages of ONNX Runtime and of the system's
 * loader. The messages in this test were copied from real errors.
 */
class CudaProviderTest {

  private static final Device CUDA_0 = Device.parse("cuda:0");

  @Test
  void explain_libraryThatTheLoaderMisses_isNamed() {
    String loader =
        "/opt/ort/libonnxruntime_providers_cuda.so: libcudnn.so.9: cannot open shared object file:"
            + " No such file or directory";

    assertThat(
            CudaProvider.explain(
                CUDA_0,
                new Exception("Error code - ORT_FAIL - message: Failed to load shared library"),
                loader))
        .isEqualTo(
            "device cuda:0: libcudnn.so.9 is missing, but ONNX Runtime's CUDA provider needs it;"
                + " install CUDA and cuDNN in the major versions of that build and add their"
                + " folders to LD_LIBRARY_PATH, or choose the device cpu");
  }

  @Test
  void explain_libraryThatOnlyOnnxRuntimeMisses_isNamed() {
    Exception failure =
        new Exception(
            "Error code - ORT_FAIL - message: Failed to load library /o/libonnxruntime_providers_cuda.so"
                + " with error: libcublasLt.so.12: cannot open shared object file: No such file");

    assertThat(CudaProvider.explain(CUDA_0, failure, ""))
        .startsWith("device cuda:0: libcublasLt.so.12 is missing, ");
  }

  @Test
  void explain_driverThatFails_repeatsWhatItSaid() {
    Exception failure =
        new Exception(
            "Error code - ORT_FAIL - message: /onnxruntime_src/onnxruntime/core/providers/cuda/"
                + "cuda_call.cc:129 std::conditional_t<THRW, void, common::Status> onnxruntime::"
                + "CudaCall(ERRTYPE, const char*) [with ERRTYPE = cudaError; bool THRW = true] CUDA"
                + " failure 101: invalid device ordinal ; GPU=0 ; hostname=somewhere ; line=282");

    assertThat(CudaProvider.isToBlame(failure)).isTrue();
    assertThat(CudaProvider.explain(Device.parse("cuda:7"), failure, ""))
        .isEqualTo(
            "device cuda:7: CUDA does not start: CUDA failure 101: invalid device ordinal; check"
                + " with nvidia-smi that the driver and this GPU work, or choose the device cpu");
  }

  @Test
  void explain_modelThatWouldRunPartlyOnTheCpu_saysSo() {
    Exception failure =
        new Exception(
            "Error code - ORT_FAIL - message: This session contains graph nodes that are assigned"
                + " to the default CPU EP, but fallback to CPU EP has been explicitly disabled by"
                + " the user.");

    assertThat(CudaProvider.isToBlame(failure)).isTrue();
    assertThat(CudaProvider.explain(CUDA_0, failure, ""))
        .startsWith("device cuda:0: some of the model's nodes have no CUDA kernel, ");
  }

  @Test
  void isToBlame_modelThatDoesNotLoad_isFalse() {
    assertThat(CudaProvider.isToBlame(new Exception("Unsupported model IR version: 99"))).isFalse();
  }
}
