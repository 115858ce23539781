/**
 * The JSON gateway: the gRPC services for clients that speak HTTP/1.1 and JSON, on the paths that the services' descriptors give.
 */
@NullMarked
package io.quorate.server.gateway;

import org.jspecify.annotations.NullMarked;
