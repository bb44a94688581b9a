package dev.millrace.service.command.serve;

import dev.millrace.core.model.ModelException;
import dev.millrace.core.model.ModelManifest;
import dev.millrace.core.repository.ModelRepository;
import dev.millrace.registry.RegistryException;
import dev.millrace.service.command.cluster.Cluster;
import dev.millrace.service.command.lifecycle.CommandException;
import dev.millrace.service.command.options.KafkaOptions;
import dev.millrace.service.serve.ControlTopicCheck;
import dev.millrace.service.serve.From;
import dev.millrace.service.serve.GroupCheck;
import dev.millrace.service.serve.GroupStart;
import dev.millrace.service.serve.OnBadImage;
import dev.millrace.service.serve.PatternCheck;
import dev.millrace.service.serve.PredictionSize;
import dev.millrace.service.serve.ServiceConfig;
import dev.millrace.service.serve.TopicComparison;
import dev.millrace.service.serve.TopicConfigs;
import dev.millrace.service.serve.TopicCreation;
import dev.millrace.service.serve.Topics;
import dev.millrace.streams.InferenceConfig;
import java.util.LinkedHashSet;
import java.util.Set;
import org.apache.kafka.clients.admin.Admin;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The steps that need a broker before a service joins its group. These steps create missing topics,
 * compare the topics' limits, and refuse a configuration that cannot work. The caller can repeat
 * the steps, for example because no broker answered. Used by one thread.
 */
final class StartUp {

  private static final Logger log = LoggerFactory.getLogger(StartUp.class);

  private final KafkaOptions kafka;
  private final ServiceConfig config;
  private final Integer partitions;
  private final From from;
  private volatile String beginning = "";

  /**
   * @param kafka the options of Kafka's clients
   * @param config the configuration of the service
   * @param partitions number of partitions with which missing topics are created; null to create no
   *     topics
   * @param from the value of {@code --from}, or null
   */
  StartUp(KafkaOptions kafka, ServiceConfig config, Integer partitions, String from) {
    if (partitions != null && partitions < 1) {
      throw new IllegalArgumentException("create-topics: " + partitions + " is not above 0");
    }
    this.kafka = kafka;
    this.config = config;
    this.partitions = partitions;
    this.from = from == null ? null : From.parse(from);
  }

  /**
   * {@return where the group starts, for the line that begins with 'ready'} Any thread may call
   * this method.
   */
  String beginning() {
    return beginning;
  }

  /**
   * Runs all steps.
   *
   * @throws CommandException if no broker answers, a topic does not exist, or the schema registry
   *     does not accept the schema of predictions
   * @throws dev.millrace.service.serve.StartRefusedException if the group belongs to another
   *     service, or the control topic would not keep every promotion
   */
  void prepare() throws InterruptedException {
    Topics topics = config.topics();
    try (Cluster cluster = Cluster.of(kafka)) {
      cluster.requireBroker();
      Admin admin = cluster.admin();
      if (partitions != null) {
        TopicCreation.create(admin, topics, partitions, config.maxRecordBytes());
      }
      Set<String> needed = needed(topics);
      cluster.requireTopics(needed);
      requireSchema(topics.output());
      new PatternCheck(admin).problem(topics, config.newTopicsAfter()).ifPresent(log::warn);
      if (!config.pinned()) {
        new ControlTopicCheck(admin, kafka.bootstrapServers(), log::warn).repair();
      }
      new GroupCheck(admin, log::warn).requireOwn(config.group(), topics);
      new TopicComparison(
              topics,
              TopicConfigs.of(admin, needed, log::warn),
              config.maxRecordBytes(),
              predictionBytes())
          .findings()
          .forEach(log::warn);
      beginning =
          new GroupStart(admin, config.group(), topics, log::warn)
              .begin(from, config.offsetReset());
    }
  }

  private void requireSchema(String output) {
    try {
      config.formats().requireSchema(output);
    } catch (RegistryException e) {
      throw new CommandException(e.getMessage(), e);
    }
  }

  private Set<String> needed(Topics topics) {
    Set<String> needed = new LinkedHashSet<>(topics.inputs());
    needed.add(topics.output());
    if (config.onBadImage() != OnBadImage.FAIL) {
      needed.add(topics.deadLetters());
    }
    return needed;
  }

  /**
   * Returns the size, in bytes, of the largest prediction that the version of {@code --version}, or
   * by default the newest version, can make. Returns 0 if no version can be read. The control topic
   * may later select another version.
   */
  private long predictionBytes() {
    InferenceConfig inference = config.inference();
    try {
      ModelRepository repository = inference.repository();
      int version =
          inference.version() == null
              ? repository.newestNumber(inference.model())
              : inference.version();
      ModelManifest manifest = repository.manifest(inference.model(), version);
      return PredictionSize.most(manifest, inference.top(), inference.probabilities());
    } catch (ModelException e) {
      return 0; // the start of the service reports why
    }
  }
}
