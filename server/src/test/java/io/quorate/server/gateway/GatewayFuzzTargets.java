package io.quorate.server.gateway;

import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Descriptors.MethodDescriptor;
import com.google.protobuf.Descriptors.ServiceDescriptor;
import com.google.protobuf.DynamicMessage;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import com.google.protobuf.util.JsonFormat;
import io.netty.handler.codec.http.DefaultHttpHeadersFactory;
import io.netty.handler.codec.http.HttpHeaders;
import io.quorate.server.proto.etcdserverpb.RangeRequest;
import io.quorate.testing.fuzz.FuzzTarget;
import io.quorate.testing.fuzz.FuzzTargets;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;

/** What clients send to the JSON gateway: bodies, for every request of etcd's services, and headers. */
public final class GatewayFuzzTargets implements FuzzTargets {

    private static final int MAX_MESSAGE_BYTES = 1 << 20;

    /** The requests of all services. The first byte of an input chooses one of them; the rest is the body. */
    private static final List<Message> REQUESTS = requests();

    private static List<Message> requests() {
        List<Message> requests = new ArrayList<>();
        for (ServiceDescriptor service : RangeRequest.getDescriptor().getFile().getServices()) {
            for (MethodDescriptor method : service.getMethods()) {
                requests.add(DynamicMessage.getDefaultInstance(method.getInputType()));
            }
        }
        return List.copyOf(requests);
    }

    @Override
    public List<FuzzTarget<?>> targets() {
        return List.of(body(), headers());
    }

    private static FuzzTarget<?> body() {
        return FuzzTarget.of(
                        "gateway-json",
                        GatewayFuzzTargets::bodySample,
                        GatewayFuzzTargets::read,
                        BadRequestException.class)
                .ofText()
                // Two bytes may be a message, and each is read by readers of its own, one after the other.
                .within(16_384, 512 << 10, 4096);
    }

    private static List<Message> read(byte[] input) throws BadRequestException {
        int number = input.length == 0 ? 0 : Byte.toUnsignedInt(input[0]) % REQUESTS.size();
        byte[] body = input.length == 0 ? input : Arrays.copyOfRange(input, 1, input.length);
        JsonMessages messages = new JsonMessages(body, REQUESTS.get(number), MAX_MESSAGE_BYTES);
        List<Message> read = new ArrayList<>();
        while (messages.hasNext()) {
            read.add(messages.next());
        }
        return read;
    }

    private static byte[] bodySample(SplittableRandom random) throws InvalidProtocolBufferException {
        int number = random.nextInt(REQUESTS.size());
        String json = JsonFormat.printer().print(filled(REQUESTS.get(number).getDescriptorForType(), random, 3));
        String body = random.nextInt(4) == 0 ? json + "\n" + json : json;
        byte[] bytes = (" " + body).getBytes(StandardCharsets.UTF_8);
        bytes[0] = (byte) number;
        return bytes;
    }

    /** A message of which some fields are set. */
    private static Message filled(Descriptor type, SplittableRandom random, int depth) {
        DynamicMessage.Builder message = DynamicMessage.newBuilder(type);
        for (FieldDescriptor field : type.getFields()) {
            boolean deeper = field.getJavaType() == FieldDescriptor.JavaType.MESSAGE;
            if (random.nextBoolean() || (deeper && depth == 0)) {
                continue;
            }
            Object value = value(field, random, depth);
            if (field.isRepeated()) {
                message.addRepeatedField(field, value);
            } else {
                message.setField(field, value);
            }
        }
        return message.build();
    }

    private static Object value(FieldDescriptor field, SplittableRandom random, int depth) {
        return switch (field.getJavaType()) {
            case INT -> random.nextInt();
            case LONG -> random.nextLong();
            case FLOAT -> (float) random.nextDouble();
            case DOUBLE -> random.nextDouble();
            case BOOLEAN -> random.nextBoolean();
            case STRING -> "t\u00e9xt \"" + random.nextInt(9) + "\" \ud83d\ude00";
            case BYTE_STRING -> com.google.protobuf.ByteString.copyFromUtf8("key" + random.nextInt(99));
            case ENUM ->
                field.getEnumType()
                        .getValues()
                        .get(random.nextInt(field.getEnumType().getValues().size()));
            case MESSAGE -> filled(field.getMessageType(), random, depth - 1);
        };
    }

    private static FuzzTarget<?> headers() {
        return FuzzTarget.of(
                        "gateway-headers",
                        random -> ("Authorization: t" + random.nextInt(9) + "\nGrpc-Timeout: " + random.nextInt(999)
                                        + "mS\nGrpc-Metadata-Some: value\nContent-Type: application/json")
                                .getBytes(StandardCharsets.UTF_8),
                        GatewayFuzzTargets::settings,
                        BadRequestException.class)
                .ofText();
    }

    /** The headers as they come from the codec of HTTP, which cuts lines and names; what is in them is as it came. */
    private static CallSettings settings(byte[] input) throws BadRequestException {
        HttpHeaders headers =
                DefaultHttpHeadersFactory.headersFactory().withValidation(false).newHeaders();
        for (String line : new String(input, StandardCharsets.ISO_8859_1).split("\n", 64)) {
            String[] header = line.split(":", 2);
            if (header.length == 2 && !header[0].isEmpty()) {
                headers.add(header[0].strip(), header[1].strip());
            }
        }
        return CallSettings.of(headers);
    }
}
