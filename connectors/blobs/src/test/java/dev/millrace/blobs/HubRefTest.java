package dev.millrace.blobs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class HubRefTest {

  @ParameterizedTest
  @CsvSource({
    "hf://org/net, main,",
    "hf://org/net/, main,",
    "HF://org/net@v1.0, v1.0,",
    "hf://org/net@refs/pr/7/onnx/model.onnx, refs/pr/7, onnx/model.onnx",
    "hf://org/net@feature%2Fx/model.onnx, feature/x, model.onnx",
    "hf://org/net/onnx/model_fp16.onnx, main, onnx/model_fp16.onnx"
  })
  void uri_hasRevisionAndPath(String uri, String revision, String path) {
    assertThat(HubRef.parse(uri)).isEqualTo(new HubRef("org", "net", revision, path));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "hf://",
        "hf://net",
        "hf://org/net@",
        "hf://org/net@main/../secret",
        "hf://org/net//model.onnx",
        "hf://org/net/a\\b",
        "hf://org/net?x=1",
        "hf://../net",
        "hf://org/..",
        "hf://a b/c"
      })
  void otherForm_isRefused(String uri) {
    assertThat(HubRef.isMeant(uri)).isTrue();
    assertThatThrownBy(() -> HubRef.parse(uri))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("'" + uri + "'");
  }

  @Test
  void environment_saysHowToReachTheHub() {
    assertThat(HubAccess.of(Map.of()))
        .isEqualTo(new HubAccess("https://huggingface.co", null, false));
    assertThat(
            HubAccess.of(
                Map.of(
                    "HF_ENDPOINT", "http://mirror:8080/hub/",
                    "HF_TOKEN", " hf_secret\n",
                    "HF_HUB_OFFLINE", "true")))
        .isEqualTo(new HubAccess("http://mirror:8080/hub", "hf_secret", true));
    assertThat(new HubAccess("https://a.example", "hf_secret", false).toString())
        .doesNotContain("hf_secret");
    assertThatThrownBy(() -> HubAccess.of(Map.of("HF_ENDPOINT", "mirror")))
        .hasMessageStartingWith("HF_ENDPOINT: 'mirror'");
  }
}
