package dev.millrace.service.preprocessing;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.millrace.core.image.Preprocessing.Fit;
import dev.millrace.core.model.ModelException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Tests that damaged configurations are followed or refused. The test removes keys from real
 * configurations, and changes the types of values.
 */
class MutatedFilesTest {

  private static final ObjectMapper JSON = new ObjectMapper();
  private static final int MUTATIONS = 250;
  private static final List<String> VALUES =
      List.of(
          "null",
          "true",
          "false",
          "0",
          "-1",
          "3",
          "224",
          "5000",
          "99999999999999999999",
          "0.9",
          "1.15",
          "1e-300",
          "1e300",
          "\"\"",
          "\"abc\"",
          "\"2\"",
          "[]",
          "{}",
          "[224]",
          "[160,192]",
          "[0,0,0]",
          "[0.5,null,\"x\"]",
          "{\"height\":224}",
          "{\"height\":8,\"width\":9}",
          "{\"shortest_edge\":224}",
          "{\"0\":\"cat\",\"2\":\"dog\"}");

  private final Random random = new Random(4);
  @TempDir private Path folder;

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{'image_processor_type':'ViTImageProcessor','do_resize':true,'resample':2,'do_rescale':true,"
            + "'rescale_factor':0.0039,'do_normalize':true,'image_mean':[0.5,0.5,0.5],"
            + "'image_std':[0.5,0.5,0.5],'size':{'height':224,'width':224},'do_center_crop':true,"
            + "'crop_size':{'height':224,'width':224}}",
        "{'image_processor_type':'CLIPImageProcessor','do_resize':true,'resample':3,'do_center_crop':"
            + "true,'crop_size':{'height':224,'width':224},'size':{'shortest_edge':256},"
            + "'do_convert_rgb':true,'image_mean':[0.5,0.5,0.5],'image_std':[0.5,0.5,0.5]}",
        "{'feature_extractor_type':'ConvNextFeatureExtractor','size':224,'crop_pct':0.875,"
            + "'resample':3,'do_normalize':true,'image_mean':[0.4,0.4,0.4],'image_std':[1,1,1]}",
        "{'image_processor_type':'PoolFormerImageProcessor','size':{'height':224,'width':224},"
            + "'crop_pct':0.9,'crop_size':224,'do_center_crop':true}",
        "{'image_processor_type':'EfficientNetImageProcessor','size':{'height':224,'width':224},"
            + "'resample':0,'include_top':true,'rescale_offset':false,'image_std':[0.5,0.5,0.5]}",
        "{'size':224,'image_mean':[0.5,0.5,0.5],'image_std':[0.5,0.5,0.5],'do_resize':true}"
      })
  void processor_isFollowedOrRefused(String json) throws IOException {
    new ModelFolder(folder).config("{'model_type':'vit'}");
    assertFollowedOrRefused("preprocessor_config.json", json);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{'architecture':'resnet50','num_classes':2,'label_names':['a','b'],'pretrained_cfg':"
            + "{'input_size':[3,224,224],'test_input_size':[3,288,288],'crop_pct':0.95,"
            + "'crop_mode':'center','interpolation':'bicubic','mean':[0.5,0.5,0.5],"
            + "'std':[0.5,0.5,0.5],'label_names':['a','b']}}",
        "{'architecture':'vit','input_size':[3,224,224],'mean':[0.5,0.5,0.5],'std':[0.5,0.5,0.5],"
            + "'crop_pct':1.0,'crop_mode':'squash','id2label':{'0':'cat','1':'dog'}}"
      })
  void config_isFollowedOrRefused(String json) throws IOException {
    assertFollowedOrRefused("config.json", json);
  }

  private void assertFollowedOrRefused(String name, String json) throws IOException {
    JsonNode original = JSON.readTree(json.replace('\'', '"'));
    ModelFolder files = new ModelFolder(folder);
    int followed = 0;
    for (int i = 0; i < MUTATIONS; i++) {
      JsonNode mutated = original.deepCopy();
      for (int j = random.nextInt(3); j >= 0; j--) {
        mutate(mutated);
      }
      files.file(name, mutated.toString());
      try {
        files.chosen(options(i % 3));
        files.beside().names();
        followed++;
      } catch (ModelException | IllegalArgumentException e) {
        assertThat(e).as(mutated.toString()).hasMessageContaining(name);
      } catch (RuntimeException e) {
        throw new AssertionError(mutated.toString(), e);
      }
    }
    assertThat(followed).isBetween(MUTATIONS / 50, MUTATIONS);
  }

  private static HintsBuilder options(int kind) {
    HintsBuilder options = new HintsBuilder("options");
    options.width = kind == 0 ? null : 96;
    options.fit = kind == 2 ? Fit.CROP : null;
    options.resize = kind == 2 ? 100 : null;
    return options;
  }

  /** Removes or replaces one value, at any depth. */
  private void mutate(JsonNode json) throws IOException {
    JsonNode node = json;
    while (!node.isEmpty()) {
      List<String> keys = new ArrayList<>();
      node.fieldNames().forEachRemaining(keys::add);
      int index = random.nextInt(node.size());
      JsonNode child = node.isArray() ? node.get(index) : node.get(keys.get(index));
      if (child.isContainerNode() && !child.isEmpty() && random.nextBoolean()) {
        node = child;
        continue;
      }
      JsonNode value = JSON.readTree(VALUES.get(random.nextInt(VALUES.size())));
      if (node instanceof ArrayNode array) {
        array.set(index, value);
      } else if (random.nextInt(3) == 0) {
        ((ObjectNode) node).remove(keys.get(index));
      } else {
        ((ObjectNode) node).set(keys.get(index), value);
      }
      return;
    }
  }
}
