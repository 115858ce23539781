package io.quorate.server.auth;

/**
 * How users log in; an instance that exists is valid. Immutable.
 *
 * @param tokens what a client gets for its password
 * @param bcryptCost the logarithm, to base 2, of how often bcrypt hashes a password, from 4 to 31; etcd's flag
 * @param limitLogins whether passwords may not be wrong as often as somebody likes
 */
public record AuthOptions(TokenOptions tokens, int bcryptCost, boolean limitLogins) {

    public static final int DEFAULT_BCRYPT_COST = 10;

    public static final AuthOptions DEFAULT = new AuthOptions(TokenOptions.Simple.DEFAULT, DEFAULT_BCRYPT_COST);

    private static final int MIN_COST = 4;
    private static final int MAX_COST = 31;

    /** With limited logins. */
    public AuthOptions(TokenOptions tokens, int bcryptCost) {
        this(tokens, bcryptCost, true);
    }

    public AuthOptions {
        if (bcryptCost < MIN_COST || bcryptCost > MAX_COST) {
            throw new IllegalArgumentException("--bcrypt-cost is " + bcryptCost + "; give a number from " + MIN_COST
                    + " to " + MAX_COST + ", such as the default, " + DEFAULT_BCRYPT_COST);
        }
    }
}
